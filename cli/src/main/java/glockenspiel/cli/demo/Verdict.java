package glockenspiel.cli.demo;

import java.util.Locale;

/** Tells what a demonstration has found. */
final class Verdict {
  private final Story story;

  Verdict(Story story) {
    this.story = story;
  }

  void tell(DemoReport report) {
    story.say("");
    story.head("Rules (docs/architecture.md)");
    for (RuleResult rule : report.rules()) {
      story.verdict(
          rule.held(),
          String.format(
              Locale.ROOT,
              "%3d  %-6s  %s",
              rule.rule(),
              rule.held() ? "held" : "BROKEN",
              rule.evidence()));
    }
    for (String problem : report.problems()) {
      story.verdict(false, "     problem " + problem);
    }
    story.say("");
    if (!report.replays().isEmpty()) {
      story.say(
          "gate closed %d ms; withdraw %d ms, from its beginning to the open gate %d ms; %d releases held back; %d secondary withdraws"
              .formatted(
                  report.gateClosedMillis(),
                  report.withdrawMillis(),
                  report.withdrawToGateOpenMillis(),
                  report.releasesHeldBack(),
                  report.secondaryWithdraws()));
    }
    story.say(
        "%d operations; peak memory %d MiB"
            .formatted(report.operations(), report.peakMemoryBytes() >> 20));
    story.verdict(report.isOk(), "VERDICT: " + report.verdict());
  }
}

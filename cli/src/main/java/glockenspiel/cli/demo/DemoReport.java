package glockenspiel.cli.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a demonstration found. Scripts read what is not ignored; people read all of it in the story.
 *
 * @param verdict {@code OK} when every rule was kept, else {@code BROKEN}
 * @param withdrawn names of nodes
 * @param crashed names of nodes
 * @param replays of journals after the fault
 * @param gateClosedMillis longest time that the gate was closed for a replay
 * @param withdrawMillis longest withdraw; 0 for none
 * @param withdrawToGateOpenMillis from the beginning of the first withdraw to the opening of the
 *     gate; 0 without
 * @param fsck {@code clean}, {@code not-installed}, or what it said
 * @param imageCheck {@code clean}, or the first problems
 * @param operations that the workload did
 * @param peakMemoryBytes of this process
 * @param lateReplay what the old behaviour did to a copy; absent for other faults
 * @param problems beside the rules, one line each
 */
record DemoReport(
    String verdict,
    String volume,
    long seed,
    String fault,
    List<String> withdrawn,
    @JsonIgnore List<String> crashed,
    List<Replay> replays,
    long gateClosedMillis,
    long withdrawMillis,
    @JsonIgnore long withdrawToGateOpenMillis,
    long secondaryWithdraws,
    long releasesHeldBack,
    String fsck,
    String imageCheck,
    @JsonIgnore long operations,
    @JsonIgnore long peakMemoryBytes,
    @JsonIgnore @Nullable LateReplayReport lateReplay,
    @JsonIgnore List<String> problems,
    List<RuleResult> rules) {
  /**
   * A replay.
   *
   * @param by name of the node that asked for it
   */
  record Replay(
      int jid, String by, int blocksFound, int blocksReplayed, int revokesFound, long millis) {}

  /**
   * The old behaviour.
   *
   * @param broken whether damage was found, as it must be
   */
  record LateReplayReport(boolean broken, String imageCheck, String fsck) {}

  @JsonIgnore
  boolean isOk() {
    return verdict.equals("OK");
  }
}

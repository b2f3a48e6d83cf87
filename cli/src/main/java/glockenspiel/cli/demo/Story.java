package glockenspiel.cli.demo;

import java.util.function.Consumer;
import picocli.CommandLine.Help.Ansi;

/** Where a demonstration tells what it does, line by line. */
record Story(Consumer<String> lines, Ansi ansi) {
  /** A line. */
  void say(String line) {
    lines.accept(line);
  }

  /** A headline. */
  void head(String line) {
    lines.accept(ansi.enabled() ? Ansi.Style.bold.on() + line + Ansi.Style.reset.on() : line);
  }

  /** A line that says whether something is well. */
  void verdict(boolean well, String line) {
    Ansi.Style colour = well ? Ansi.Style.fg_green : Ansi.Style.fg_red;
    lines.accept(ansi.enabled() ? colour.on() + line + Ansi.Style.reset.on() : line);
  }
}

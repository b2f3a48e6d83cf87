package glockenspiel.cli.demo;

/** How a line of the story is meant, and coloured. */
enum Tone {
  /** Something has failed. */
  FAULT("bold,red"),
  /** Somebody is out. */
  WITHDRAW("red"),
  /** The gate. */
  GATE("bold,yellow"),
  /** A journal is looked at or replayed. */
  RECOVERY("cyan"),
  /** It is over, and well. */
  GOOD("green"),
  /** All else. */
  PLAIN("");

  private final String style;

  Tone(String style) {
    this.style = style;
  }

  /** In picocli's words. */
  String style() {
    return style;
  }
}

package glockenspiel.cli.output;

/** How data is printed. */
public enum OutputFormat {
  /** For people. */
  TABLE,
  /** One line of JSON. */
  JSON,
  /** The same data as YAML. */
  YAML
}

package glockenspiel.cli.output;

/** What a command's exit code tells a script. */
public final class ExitCode {
  /** Done, and the answer is good. */
  public static final int OK = 0;

  /** The command ran, and the answer is bad: dirty, corrupt, a rule is broken. */
  public static final int BAD_ANSWER = 1;

  /** The command was used wrongly. */
  public static final int WRONG_USAGE = 2;

  /** A service could not be reached. */
  public static final int UNREACHABLE = 3;

  /** Refused: fenced, withdrawn, in use, not permitted. */
  public static final int REFUSED = 4;

  private ExitCode() {}
}

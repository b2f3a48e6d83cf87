package glockenspiel.cli.output;

import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A span of time as people write it: {@code 90s}, {@code 20m}, {@code 8h}. */
public final class TimeSpan {
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})([smh])");

  private TimeSpan() {}

  /**
   * The span in nanoseconds.
   *
   * @param flag who has it, for the error
   * @throws CommandFailure wrong usage, when it is none
   */
  public static long nanos(String flag, String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw CommandFailure.wrongUsage(flag + " " + text + ": write 90s, 20m or 8h");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> TimeUnit.SECONDS.toNanos(number);
      case "m" -> TimeUnit.MINUTES.toNanos(number);
      default -> TimeUnit.HOURS.toNanos(number);
    };
  }
}

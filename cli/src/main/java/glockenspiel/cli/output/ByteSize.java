package glockenspiel.cli.output;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Sizes as people write them: {@code 512}, {@code 64K}, {@code 32M}, {@code 2G}, {@code 1T}; powers
 * of 1024.
 */
public final class ByteSize implements ITypeConverter<Long> {
  private static final String UNITS = "KMGT";

  @Override
  public Long convert(String text) {
    String number = text.trim().toUpperCase(Locale.ROOT);
    number = number.endsWith("IB") ? number.substring(0, number.length() - 2) : number;
    int unit = number.isEmpty() ? -1 : UNITS.indexOf(number.charAt(number.length() - 1));
    String digits = unit < 0 ? number : number.substring(0, number.length() - 1);
    try {
      return Math.multiplyExact(Long.parseUnsignedLong(digits), 1L << (10 * (unit + 1)));
    } catch (ArithmeticException | NumberFormatException notANumber) {
      throw new TypeConversionException(
          "'" + text + "' is not a size; write bytes, or a number with K, M, G or T");
    }
  }

  /** The size with the largest unit that divides it. */
  public static String format(long bytes) {
    long rest = bytes;
    int unit = 0;
    while (unit < UNITS.length() && rest != 0 && rest % 1024 == 0) {
      rest /= 1024;
      unit++;
    }
    return unit == 0 ? String.valueOf(rest) : rest + String.valueOf(UNITS.charAt(unit - 1));
  }
}

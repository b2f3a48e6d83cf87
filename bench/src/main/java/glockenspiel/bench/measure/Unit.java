package glockenspiel.bench.measure;

import java.util.Locale;

/** What a number counts. */
public enum Unit {
  /** Nanoseconds. */
  NANOS("ns", 1),
  /** Microseconds. */
  MICROS("us", 1),
  /** Milliseconds. */
  MILLIS("ms", 1),
  /** Operations a second. */
  PER_SECOND("/s", 0),
  /** 2^20 bytes a second. */
  MIB_PER_SECOND("MiB/s", 0),
  /** Bytes. */
  BYTES("bytes", 1),
  /** A factor. */
  TIMES("x", 2);

  private final String symbol;
  private final int digits;

  Unit(String symbol, int digits) {
    this.symbol = symbol;
    this.digits = digits;
  }

  /** As people write it. */
  public String symbol() {
    return symbol;
  }

  /** A number of it, as people read it. */
  public String format(double value) {
    return String.format(Locale.ROOT, "%,." + digits + "f %s", value, symbol);
  }
}

package glockenspiel.runtime.grpc;

import java.time.Duration;

/**
 * The limits that both ends of every connection agree on. {@code docs/protocols/wire.md} states
 * them.
 */
public final class GrpcLimits {
  /** A larger message is refused, in bytes. */
  public static final int MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

  /** Larger headers are refused, in bytes. */
  public static final int METADATA_BYTES_MAX = 16 * 1024;

  /** How much a receiver lets a stream, or a connection, send ahead, in bytes. */
  public static final int FLOW_CONTROL_WINDOW_BYTES = 8 * 1024 * 1024;

  /** How much a stream of blocks buffers before it says that it is not ready, in bytes. */
  public static final int BLOCKS_ON_READY_BYTES = 2 * 1024 * 1024;

  /** The deadline of a unary call that brings none. */
  public static final Duration UNARY_DEADLINE = Duration.ofSeconds(10);

  static final Duration KEEPALIVE_TIME = Duration.ofSeconds(10);
  static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(5);
  static final Duration KEEPALIVE_PERMITTED = Duration.ofSeconds(5);
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  private GrpcLimits() {}
}

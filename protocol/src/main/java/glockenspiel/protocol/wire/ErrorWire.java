package glockenspiel.protocol.wire;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How every error crosses a wire: a canonical status code, a message for people, {@code
 * google.rpc.ErrorInfo} with the reason that programs decide by, and {@code google.rpc.RetryInfo}
 * where retrying helps.
 */
public final class ErrorWire {
  /** The domain of all reasons. */
  public static final String DOMAIN = "glockenspiel";

  private ErrorWire() {}

  /** Writes an error. With {@code retryMillis} 0, retrying does not help. */
  static StatusRuntimeException error(
      Code code, String reason, String message, int retryMillis, Map<String, String> metadata) {
    Status.Builder status =
        Status.newBuilder()
            .setCode(code.value())
            .setMessage(message)
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain(DOMAIN)
                        .setReason(reason)
                        .putAllMetadata(metadata)
                        .build()));
    if (retryMillis > 0) {
      status.addDetails(
          Any.pack(
              RetryInfo.newBuilder()
                  .setRetryDelay(
                      Duration.newBuilder()
                          .setSeconds(retryMillis / 1000)
                          .setNanos(retryMillis % 1000 * 1_000_000))
                  .build()));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  /**
   * Our error info of whatever a call failed with; null when it has none: somebody else's error.
   */
  public static @Nullable ErrorInfo info(Throwable failure) {
    Status status = StatusProto.fromThrowable(failure);
    if (status == null) {
      return null;
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          if (info.getDomain().equals(DOMAIN)) {
            return info;
          }
        } catch (InvalidProtocolBufferException broken) {
          return null;
        }
      }
    }
    return null;
  }

  /** The reason's name in our domain; empty when there is none. */
  public static String reason(Throwable failure) {
    ErrorInfo info = info(failure);
    return info == null ? "" : info.getReason();
  }

  /** The message for people of whatever a call failed with. */
  public static String message(Throwable failure) {
    io.grpc.Status status = io.grpc.Status.fromThrowable(failure);
    String description = status.getDescription();
    return description == null ? status.getCode().name() : description;
  }
}

package glockenspiel.protocol.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import glockenspiel.journal.v1.StorageErrorReason;
import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.node.v1.NodeErrorReason;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Every reason crosses both ways, and stands in the table of docs/protocols/wire.md as it is. */
class ErrorsTest {
  private static final Path TABLE = Path.of("../docs/protocols/wire.md");

  @ParameterizedTest
  @EnumSource
  void storageReasonsCross(Reason reason) throws Exception {
    StatusRuntimeException status =
        StorageErrors.status(new StorageException(reason, "what, where"));

    assertEquals(Status.Code.valueOf(row(reason.name())[1]), status.getStatus().getCode());
    assertError(status, reason.name());
    StorageException read = StorageErrors.exception(status);
    assertEquals(reason, read.reason());
    assertEquals("what, where", read.getMessage());

    StorageException failure =
        StorageErrors.exception(
            StorageErrors.appendFailure(new StorageException(reason, "what, where")));
    assertEquals(reason, failure.reason());
    assertEquals("what, where", failure.getMessage());
    assertEquals("STORAGE_ERROR_REASON_" + reason.name(), StorageErrors.reason(reason).name());
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.MATCH_NONE, names = ".*UNSPECIFIED|UNRECOGNIZED")
  void storageReasonsOfTheProtoAreAllKnown(StorageErrorReason reason) {
    assertSame(reason, StorageErrors.reason(StorageErrors.reason(reason)));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.MATCH_NONE, names = ".*UNSPECIFIED|UNRECOGNIZED")
  void lockReasonsCross(LockErrorReason reason) throws Exception {
    StatusRuntimeException status = LockErrors.status(reason, "what, where");
    assertEquals(Status.Code.valueOf(row(name(reason))[1]), status.getStatus().getCode());
    assertError(status, name(reason));
    assertEquals(reason, LockErrors.reason(status));
    assertFalse(LockErrors.isSessionLost(status));
    assertFalse(LockErrors.isSessionLost(LockErrors.sessionEnd(reason, false, "")));
    assertTrue(LockErrors.isSessionLost(LockErrors.sessionEnd(reason, true, "")));
    assertEquals(reason, LockErrors.reason(LockErrors.sessionEnd(reason, true, "")));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.MATCH_NONE, names = ".*UNSPECIFIED|UNRECOGNIZED")
  void nodeReasonsCross(NodeErrorReason reason) throws Exception {
    StatusRuntimeException status = NodeErrors.status(reason, "what, where");
    assertEquals(Status.Code.valueOf(row(name(reason))[1]), status.getStatus().getCode());
    assertError(status, name(reason));
    assertEquals(reason, NodeErrors.reason(status));
  }

  private static String name(Enum<?> reason) {
    return reason.name().replaceFirst(".*_ERROR_REASON_", "");
  }

  private static void assertError(StatusRuntimeException status, String reason) throws Exception {
    com.google.rpc.Status details = StatusProto.fromThrowable(status);
    assertNotNull(details);
    ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
    assertEquals("glockenspiel", info.getDomain());
    assertEquals(reason, info.getReason());
    assertEquals("what, where", status.getStatus().getDescription());
    long retryMillis = 0;
    for (Any detail : details.getDetailsList()) {
      if (detail.is(RetryInfo.class)) {
        com.google.protobuf.Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
        retryMillis = delay.getSeconds() * 1000 + delay.getNanos() / 1_000_000;
      }
    }
    assertEquals(row(reason)[2], retryMillis == 0 ? "–" : retryMillis + " ms");
  }

  /** Reason, code and pause before a retry, as the table in the docs has them. */
  private static String[] row(String reason) throws IOException {
    Map<String, String[]> rows = new TreeMap<>();
    for (String line : Files.readAllLines(TABLE)) {
      String[] cells = line.split("\\s*\\|\\s*", -1);
      if (cells.length == 6 && cells[1].matches("[A-Z_]+")) {
        String[] row = {cells[1], cells[2], cells[3]};
        String[] other = rows.putIfAbsent(cells[1], row);
        assertTrue(
            other == null || (other[1].equals(row[1]) && other[2].equals(row[2])),
            () -> cells[1] + " stands twice in the table, differently");
      }
    }
    String[] row = rows.get(reason);
    assertNotNull(row, () -> reason + " is missing in " + TABLE);
    return row;
  }

  @Test
  void errorsOfOthersLeaveOpenWhatHappened() {
    for (Status status :
        new Status[] {
          Status.UNAVAILABLE,
          Status.DEADLINE_EXCEEDED,
          Status.CANCELLED,
          Status.UNIMPLEMENTED,
          Status.INTERNAL.withDescription("RST_STREAM")
        }) {
      StorageException read = StorageErrors.exception(status.asRuntimeException());
      assertEquals(Reason.UNAVAILABLE, read.reason());
      assertTrue(String.valueOf(read.getMessage()).startsWith(status.getCode().name()));
      assertEquals(
          LockErrorReason.LOCK_ERROR_REASON_UNSPECIFIED,
          LockErrors.reason(status.asRuntimeException()));
      assertFalse(LockErrors.isSessionLost(status.asRuntimeException()));
    }
  }

  @Test
  void reasonsOfOtherDomainsAreNotOurs() {
    StatusRuntimeException foreign =
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.ABORTED.value())
                .addDetails(
                    Any.pack(
                        ErrorInfo.newBuilder()
                            .setDomain("example.com")
                            .setReason("STALE_EPOCH")
                            .build()))
                .build());
    assertEquals(Reason.UNAVAILABLE, StorageErrors.exception(foreign).reason());
  }
}

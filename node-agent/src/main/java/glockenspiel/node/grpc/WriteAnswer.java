package glockenspiel.node.grpc;

import glockenspiel.journal.v1.WriteBlocksRequest;
import glockenspiel.journal.v1.WriteBlocksResponse;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.jspecify.annotations.Nullable;

/** The answer to an in-place write, which may come before all of the blocks were sent. */
final class WriteAnswer implements ClientResponseObserver<WriteBlocksRequest, WriteBlocksResponse> {
  private final PacedRequests<WriteBlocksRequest> requests;
  private final SingleAnswer<WriteBlocksResponse, @Nullable Void> answer;

  WriteAnswer(SerialOwner owner, PacedRequests<WriteBlocksRequest> requests, int blocks) {
    this.requests = requests;
    this.answer = new SingleAnswer<>(owner, response -> check(response, blocks));
    answer.promise().whenDone((value, failure) -> requests.ended());
  }

  private static @Nullable Void check(WriteBlocksResponse response, int blocks) {
    if (response.getBlocksWritten() != blocks) {
      throw new StorageException(
          Reason.UNAVAILABLE,
          "write of " + blocks + " blocks was answered with " + response.getBlocksWritten());
    }
    return null;
  }

  Promise<@Nullable Void> promise() {
    return answer.promise();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<WriteBlocksRequest> call) {
    requests.starting(call);
  }

  @Override
  public void onNext(WriteBlocksResponse response) {
    answer.onNext(response);
  }

  @Override
  public void onError(Throwable failure) {
    answer.onError(failure);
  }

  @Override
  public void onCompleted() {
    answer.onCompleted();
  }
}

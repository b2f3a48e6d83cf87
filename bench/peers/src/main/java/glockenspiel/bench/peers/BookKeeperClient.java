package glockenspiel.bench.peers;

import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.bookkeeper.client.api.BKException;
import org.apache.bookkeeper.client.api.BookKeeper;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.apache.bookkeeper.conf.ClientConfiguration;

/** Appends an entry of 4 KiB to a ledger on one {@link Bookie} each time it is asked. */
public final class BookKeeperClient implements Supplier<CompletionStage<?>>, AutoCloseable {
  private static final int BYTES = 4096;

  private final byte[] entry = new byte[BYTES];
  private final BookKeeper client;
  private final WriteHandle ledger;

  /** A client of the bookie whose ZooKeeper is on that port of 127.0.0.1. */
  public BookKeeperClient(int port) throws IOException, InterruptedException {
    ClientConfiguration configuration = new ClientConfiguration();
    configuration.setMetadataServiceUri(Bookie.metadataServiceUri(port));
    try {
      client = BookKeeper.newBuilder(configuration).build();
      ledger =
          client
              .newCreateLedgerOp()
              .withEnsembleSize(1)
              .withWriteQuorumSize(1)
              .withAckQuorumSize(1)
              .withPassword(new byte[0])
              .execute()
              .get();
    } catch (BKException | ExecutionException failure) {
      throw new IOException("BookKeeper gave no ledger: " + failure, failure);
    }
  }

  /** Done when it is durable. */
  @Override
  public CompletionStage<Long> get() {
    return ledger.appendAsync(entry);
  }

  @Override
  public void close() throws IOException {
    try {
      ledger.close();
      client.close();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (BKException failure) {
      throw new IOException("BookKeeper did not close: " + failure, failure);
    }
  }
}

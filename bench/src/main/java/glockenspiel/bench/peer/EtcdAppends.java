package glockenspiel.bench.peer;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;

/** etcd, which writes each value to its log. */
final class EtcdAppends implements AppendPeer {
  private static final int BYTES = 4096;

  private final Etcd etcd = new Etcd();

  @Override
  public String name() {
    return etcd.name();
  }

  @Override
  public String settings() {
    return "one server, default durability, data on the measured disk; jetcd, puts of 4 KiB to one"
        + " key";
  }

  @Override
  public String missing() {
    return Files.isExecutable(etcd.program())
        ? ""
        : "apt-get install " + etcd.debianPackage() + " brings it";
  }

  @Override
  public Running start(Path folder) throws IOException, InterruptedException {
    PeerServer server = etcd.start(folder);
    Client client = Client.builder().endpoints("http://127.0.0.1:" + server.port()).build();
    return new RunningEtcd(
        server,
        client,
        ByteSequence.from("bench", StandardCharsets.UTF_8),
        ByteSequence.from(new byte[BYTES]));
  }

  private record RunningEtcd(PeerServer server, Client client, ByteSequence key, ByteSequence value)
      implements Running {
    @Override
    public CompletionStage<?> append() {
      return client.getKVClient().put(key, value);
    }

    @Override
    public void close() {
      client.close();
      server.close();
    }
  }
}

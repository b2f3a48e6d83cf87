package glockenspiel.journal.app;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.Transfer;
import glockenspiel.journal.grpc.BlockStorageGrpcService;
import glockenspiel.journal.grpc.JournalGrpcService;
import glockenspiel.journal.grpc.ServedVolume;
import glockenspiel.journal.grpc.ServedVolumes;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.grpc.GrpcServer;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.ServerBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A running journal-service. */
public final class JournalServer implements AutoCloseable {
  private final List<OpenedImage> images;
  private final GrpcServer server;

  private JournalServer(List<OpenedImage> images, GrpcServer server) {
    this.images = images;
    this.server = server;
  }

  private interface Start {
    GrpcServer on(GrpcServer.Builder builder) throws IOException;
  }

  /**
   * Opens the images and starts a journal-service; it serves when this returns.
   *
   * @throws IOException in one sentence, when an image is in use or cannot do direct I/O, the port
   *     is taken, or the certificates cannot be used
   * @throws StorageException in one sentence, when an image is no volume
   */
  public static JournalServer start(JournalSettings settings, Telemetry telemetry)
      throws IOException {
    return start(settings, telemetry, real -> real);
  }

  /**
   * As above, over other devices.
   *
   * @param device is given the device of each image and gives the one to use: for planned faults
   */
  public static JournalServer start(
      JournalSettings settings, Telemetry telemetry, UnaryOperator<BlockDevice> device)
      throws IOException {
    return start(
        settings,
        telemetry,
        device,
        builder -> builder.start(settings.listen().address(), settings.security()));
  }

  /** As above, on a transport of the caller's, such as one inside the process. */
  public static JournalServer start(
      ServerBuilder<?> transport,
      JournalSettings settings,
      Telemetry telemetry,
      UnaryOperator<BlockDevice> device)
      throws IOException {
    return start(settings, telemetry, device, builder -> builder.start(transport));
  }

  private static JournalServer start(
      JournalSettings settings, Telemetry telemetry, UnaryOperator<BlockDevice> device, Start start)
      throws IOException {
    List<OpenedImage> images = new ArrayList<>();
    Transfer transfer = settings.directIo() ? Transfer.DIRECT : Transfer.CACHED;
    JournalServer started = null;
    try {
      for (Path image : settings.images()) {
        images.add(OpenedImage.open(image, transfer, Clock.systemUTC(), device));
      }
      ServedVolumes volumes = new ServedVolumes(images.stream().map(OpenedImage::served).toList());
      GrpcServer server =
          start.on(
              GrpcServer.builder(telemetry)
                  .add(new BlockStorageGrpcService(volumes))
                  .add(new JournalGrpcService(volumes, telemetry.spans())));
      server.setReady(true);
      started = new JournalServer(images, server);
      return started;
    } finally {
      if (started == null) {
        images.forEach(OpenedImage::close);
      }
    }
  }

  /** The volumes that it serves, in the order of the images. */
  public List<ServedVolume> served() {
    return images.stream().map(OpenedImage::served).toList();
  }

  /** The port that it listens on. */
  public int port() {
    return server.port();
  }

  /**
   * Ends all calls, carries out what was asked before, and gives the images free. Open journals
   * stay open.
   */
  @Override
  public void close() {
    server.close();
    images.forEach(OpenedImage::close);
  }
}

package glockenspiel.runtime.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This end's certificate and the roots that it trusts, read from files and read again when they
 * change.
 */
final class TlsIdentity implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TlsIdentity.class);
  private static final long RELOAD_PERIOD_MILLIS = 10_000;

  private final TransportSecurity.MutualTls files;
  private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
  private final AdvancedTlsX509TrustManager trust;
  private final ScheduledExecutorService reloader =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tls-reload").factory());
  private List<FileTime> loaded;

  private TlsIdentity(TransportSecurity.MutualTls files, Verification verification)
      throws IOException, GeneralSecurityException {
    this.files = files;
    this.trust = AdvancedTlsX509TrustManager.newBuilder().setVerification(verification).build();
    this.loaded = times();
    load();
    var _ =
        reloader.scheduleWithFixedDelay(
            this::reloadIfChanged,
            RELOAD_PERIOD_MILLIS,
            RELOAD_PERIOD_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  /**
   * Reads the files, for the end that listens.
   *
   * @throws IOException naming the files, when they cannot be read or make no sense
   */
  static TlsIdentity ofServer(TransportSecurity.MutualTls files) throws IOException {
    return of(files, Verification.CERTIFICATE_ONLY_VERIFICATION);
  }

  /**
   * Reads the files, for the end that connects.
   *
   * @throws IOException naming the files, when they cannot be read or make no sense
   */
  static TlsIdentity ofClient(TransportSecurity.MutualTls files) throws IOException {
    return of(files, Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION);
  }

  private static TlsIdentity of(TransportSecurity.MutualTls files, Verification verification)
      throws IOException {
    try {
      return new TlsIdentity(files, verification);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException unusable) {
      throw new IOException(describe(files) + " cannot be used: " + unusable, unusable);
    }
  }

  private static String describe(TransportSecurity.MutualTls files) {
    return "certificate "
        + files.certificates()
        + " with key "
        + files.privateKey()
        + " and roots "
        + files.trusted();
  }

  private List<FileTime> times() throws IOException {
    return List.of(
        Files.getLastModifiedTime(files.certificates()),
        Files.getLastModifiedTime(files.privateKey()),
        Files.getLastModifiedTime(files.trusted()));
  }

  private void load() throws IOException, GeneralSecurityException {
    keys.updateIdentityCredentials(files.certificates().toFile(), files.privateKey().toFile());
    trust.updateTrustCredentials(files.trusted().toFile());
  }

  /**
   * Reads the files again if one of them has changed. When they make no sense, the old ones stay in
   * use.
   */
  synchronized void reloadIfChanged() {
    try {
      List<FileTime> now = times();
      if (!now.equals(loaded)) {
        load();
        loaded = now;
        LOG.info("{} read again", describe(files));
      }
    } catch (IOException | GeneralSecurityException | RuntimeException unusable) {
      LOG.warn("{} cannot be used, the old ones stay: {}", describe(files), unusable.toString());
    }
  }

  ServerCredentials serverCredentials() {
    return TlsServerCredentials.newBuilder()
        .keyManager(keys)
        .trustManager(trust)
        .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
        .build();
  }

  ChannelCredentials channelCredentials() {
    return TlsChannelCredentials.newBuilder().keyManager(keys).trustManager(trust).build();
  }

  @Override
  public void close() {
    reloader.shutdownNow();
  }
}

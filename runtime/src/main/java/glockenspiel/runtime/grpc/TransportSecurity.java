package glockenspiel.runtime.grpc;

import glockenspiel.runtime.config.Configuration;
import glockenspiel.runtime.config.ConfigurationException;
import java.nio.file.Path;
import java.util.Optional;

/** How connections are protected: by certificates on both ends, or, said explicitly, not at all. */
public sealed interface TransportSecurity {
  /**
   * No encryption and no identity: whoever reaches the port may do everything. For one machine, and
   * for trying out.
   */
  record Insecure() implements TransportSecurity {}

  /**
   * TLS with certificates of both ends. The files are read again when they change; who replaces
   * them, renames the new file to the old name, as Kubernetes does.
   *
   * @param certificates this end's certificate and what stands between it and the root, PEM
   * @param privateKey of the certificate, PKCS#8 PEM without a password
   * @param trusted the roots that the other end's certificate must come from, PEM
   */
  record MutualTls(Path certificates, Path privateKey, Path trusted) implements TransportSecurity {}

  /** No protection. */
  TransportSecurity INSECURE = new Insecure();

  /**
   * Reads the keys {@code insecure}, or {@code tls-certificate}, {@code tls-key} and {@code
   * tls-trusted}.
   *
   * @throws ConfigurationException when neither is there, or both are
   */
  static TransportSecurity of(Configuration configuration) {
    boolean insecure = configuration.flag("insecure", false);
    Optional<Path> certificate = configuration.path("tls-certificate");
    Optional<Path> key = configuration.path("tls-key");
    Optional<Path> trusted = configuration.path("tls-trusted");
    boolean any = certificate.isPresent() || key.isPresent() || trusted.isPresent();
    boolean all = certificate.isPresent() && key.isPresent() && trusted.isPresent();
    if (insecure && !any) {
      return INSECURE;
    }
    if (!insecure && all) {
      return new MutualTls(certificate.get(), key.get(), trusted.get());
    }
    throw new ConfigurationException(
        insecure
            ? "insecure and tls-... exclude each other"
            : "connections need tls-certificate, tls-key and tls-trusted; or say insecure, and"
                + " whoever reaches the port may do everything");
  }
}

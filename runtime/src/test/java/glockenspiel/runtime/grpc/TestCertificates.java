package glockenspiel.runtime.grpc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/** Self-signed certificates for localhost, made by the JDK's keytool. */
final class TestCertificates {
  private static final String PASSWORD = "secret";

  private final Path folder;

  TestCertificates(Path folder) {
    this.folder = folder;
  }

  /** Makes {@code name.pem} and {@code name.key}. */
  void make(String name) throws IOException, InterruptedException, GeneralSecurityException {
    Path store = folder.resolve(name + ".p12");
    int result =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    name,
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=" + name,
                    "-ext",
                    "san=dns:localhost,ip:127.0.0.1",
                    "-ext",
                    "bc=ca:true",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    PASSWORD))
            .inheritIO()
            .start()
            .waitFor();
    if (result != 0) {
      throw new IOException("keytool ended with " + result);
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    write(certificate(name), "CERTIFICATE", keys.getCertificate(name).getEncoded());
    write(key(name), "PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
  }

  private static void write(Path file, String kind, byte[] content) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
  }

  Path certificate(String name) {
    return folder.resolve(name + ".pem");
  }

  Path key(String name) {
    return folder.resolve(name + ".key");
  }

  /** Uses one's identity and trusts another. */
  TransportSecurity.MutualTls security(String name, String trusted) {
    return new TransportSecurity.MutualTls(certificate(name), key(name), certificate(trusted));
  }

  /** Puts one's files in the place of another's, as Kubernetes does it. */
  void replace(String place, String by) throws IOException {
    for (String suffix : List.of(".key", ".pem")) {
      Path copy = folder.resolve(by + suffix + ".copy");
      Files.copy(folder.resolve(by + suffix), copy, StandardCopyOption.REPLACE_EXISTING);
      Files.setLastModifiedTime(copy, FileTime.fromMillis(1));
      Files.move(copy, folder.resolve(place + suffix), StandardCopyOption.ATOMIC_MOVE);
    }
  }
}

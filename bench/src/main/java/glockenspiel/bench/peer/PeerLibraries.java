package glockenspiel.bench.peer;

import glockenspiel.bench.process.ServerProcess;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Peers whose libraries the benchmarks' own class path does not have: {@code bench/peers}, which a
 * build makes when it is asked to. Their servers run in processes of their own, their clients in
 * this one, behind a class loader that shares nothing with ours but the JDK.
 */
final class PeerLibraries {
  /** What brings them. */
  static final String BUILD = "build with: mvn -q -DskipTests -Ppeers -pl bench/peers package";

  private static final String PACKAGE = "glockenspiel.bench.peers.";

  private final Path folder;

  private PeerLibraries(Path folder) {
    this.folder = folder;
  }

  /** Beside what was built of the benchmarks themselves. */
  static PeerLibraries ofBuild() {
    try {
      Path here =
          Path.of(PeerLibraries.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      while (here != null && !here.endsWith("target")) {
        here = here.getParent();
      }
      return in(here == null ? Path.of("bench") : here.resolveSibling("."));
    } catch (URISyntaxException strange) {
      throw new IllegalStateException("no place for a class path", strange);
    }
  }

  /**
   * Those of a source tree.
   *
   * @param bench its folder {@code bench}
   */
  static PeerLibraries in(Path bench) {
    return new PeerLibraries(bench.resolve("peers/target/peers/lib").normalize());
  }

  /** Whether they were built: the build puts their own jar there last. */
  boolean areHere() {
    return Files.exists(folder.resolve("peers.jar"));
  }

  /**
   * Starts a server; it serves when this returns.
   *
   * @param arguments of the main class there
   */
  ServerProcess server(String name, List<String> flags, List<String> arguments) throws IOException {
    List<String> all = new ArrayList<>(flags);
    all.addAll(List.of("-cp", folder.resolve("*").toString(), PACKAGE + "PeerMain"));
    all.addAll(arguments);
    return ServerProcess.launch(name, all);
  }

  /**
   * Makes a client of a server that serves.
   *
   * @param className of a public class there that is a supplier of stages, and can be closed
   * @param port of the server
   */
  Client client(String className, int port) throws IOException {
    // Never closed: their threads load classes until the very end, and end when they like.
    ClassLoader loader = new URLClassLoader(jars(), ClassLoader.getPlatformClassLoader());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    // Their libraries look for services there, and threads that they start inherit it.
    thread.setContextClassLoader(loader);
    try {
      Object client =
          loader.loadClass(PACKAGE + className).getConstructor(int.class).newInstance(port);
      return new Client((Supplier<?>) client, (AutoCloseable) client);
    } catch (InvocationTargetException failure) {
      throw new IOException(className + " did not connect: " + failure.getCause(), failure);
    } catch (ReflectiveOperationException mismatch) {
      throw new IOException("the build of bench/peers is not of this source tree", mismatch);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private URL[] jars() throws IOException {
    List<URL> urls = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path jar : files.sorted().toList()) {
        urls.add(jar.toUri().toURL());
      }
    }
    return urls.toArray(URL[]::new);
  }

  /** A client, known only by what the JDK has a word for. */
  record Client(Supplier<?> appends, AutoCloseable whole) implements AutoCloseable {
    CompletionStage<?> append() {
      return (CompletionStage<?>) appends.get();
    }

    @Override
    public void close() throws IOException {
      try {
        whole.close();
      } catch (IOException failure) {
        throw failure;
      } catch (Exception failure) {
        throw new IOException("a peer's client did not close: " + failure, failure);
      }
    }
  }
}

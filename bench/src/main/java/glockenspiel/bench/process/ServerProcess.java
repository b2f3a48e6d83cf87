package glockenspiel.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own with one server in it, on a free port of 127.0.0.1. It ends when this process
 * does, however that ends: its standard input is a pipe from here.
 */
public final class ServerProcess implements AutoCloseable {
  private static final long END_SECONDS = 10;

  private final Process process;
  private final int port;

  private ServerProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** What a process can serve. */
  public enum Kind {
    /** What is said to it. */
    ECHO,
    /** Locks, as in production, with the longest lease. */
    LOCK_MANAGER,
    /** Volumes, as in production. */
    JOURNAL_SERVICE
  }

  /**
   * Starts a server; it serves when this returns.
   *
   * @param flags of the JVM, such as {@code -Xmx2g}
   * @throws IOException when it does not start
   */
  public static ServerProcess start(Kind kind, String... flags) throws IOException {
    return start(kind, List.of(flags), List.of());
  }

  /**
   * Starts a journal-service; it serves when this returns.
   *
   * @throws IOException when it does not start
   */
  public static ServerProcess journalService(Path image) throws IOException {
    return start(Kind.JOURNAL_SERVICE, List.of(), List.of(image.toAbsolutePath().toString()));
  }

  private static ServerProcess start(Kind kind, List<String> flags, List<String> arguments)
      throws IOException {
    List<String> all = new ArrayList<>();
    if (kind == Kind.LOCK_MANAGER) {
      all.addAll(BenchJvm.LOCK_MANAGER_FLAGS);
    }
    all.addAll(flags);
    all.add("-cp");
    all.add(System.getProperty("java.class.path"));
    all.add(ServerMain.class.getName());
    all.add(kind.name());
    all.addAll(arguments);
    return launch("the " + kind + " server", all);
  }

  /**
   * Starts a JVM with a class path of its own; it serves when this returns. What it runs prints its
   * port, and ends when its standard input does.
   *
   * @param name for messages
   * @param arguments of the command {@code java}: flags, class path, main class and its arguments
   * @throws IOException when it does not start
   */
  public static ServerProcess launch(String name, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(BenchJvm.FLAGS);
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("GLOCK_LOG_LEVEL", "ERROR");
    Process process = builder.start();
    BufferedReader said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = said.readLine();
    if (line == null) {
      process.destroyForcibly();
      throw new IOException(name + " did not start");
    }
    return new ServerProcess(process, Integer.parseInt(line));
  }

  /** The port that it listens on. */
  public int port() {
    return port;
  }

  /** The processor time that the process has used so far, in nanoseconds. */
  public long cpuNanos() {
    return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
  }

  /** Ends the process. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (IOException gone) {
      // It has ended by itself.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}

package glockenspiel.cli.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code glock} in a process of its own, and what it says: all of it in a log file, the last ten
 * thousand lines here.
 */
public final class ServiceProcess implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 60_000;
  private static final int LINES_KEPT = 10_000;
  private static final Pattern LISTENING =
      Pattern.compile("listening address=127\\.0\\.0\\.1:(\\d+)");

  private final String name;
  private final Process process;
  private final Deque<String> lines = new ArrayDeque<>();
  private int forgotten;

  private ServiceProcess(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /**
   * Starts it with these arguments, in the Java of this process.
   *
   * @param log takes what it says, behind what is there
   */
  public static ServiceProcess start(Path log, String... arguments) throws IOException {
    return start(log, Map.of(), arguments);
  }

  /**
   * The same.
   *
   * @param environment what its environment has that this process's has not
   */
  public static ServiceProcess start(Path log, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "glockenspiel.cli.Glock"));
    command.addAll(List.of(arguments));
    PrintWriter copy =
        new PrintWriter(
            Files.newBufferedWriter(
                log,
                StandardCharsets.UTF_8,
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND),
            true);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    ServiceProcess started = new ServiceProcess(arguments[0], builder.start());
    Thread.ofPlatform().daemon().name("reader").start(() -> started.read(copy));
    return started;
  }

  private void read(PrintWriter copy) {
    try (copy;
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        copy.println(line);
        add(line);
      }
    } catch (IOException gone) {
      add("(no more: " + gone + ")");
    }
  }

  private synchronized void add(String line) {
    lines.add(line);
    if (lines.size() > LINES_KEPT) {
      lines.remove();
      forgotten++;
    }
    notifyAll();
  }

  /** How many lines it has said. */
  public synchronized int said() {
    return forgotten + lines.size();
  }

  /**
   * Waits for a line behind the first so many that has the pattern in it.
   *
   * @throws IllegalStateException when it has not come for a minute
   */
  public synchronized Matcher await(Pattern pattern, int after) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    int next = after;
    while (true) {
      List<String> kept = List.copyOf(lines);
      for (next = Math.max(next, forgotten); next < forgotten + kept.size(); next++) {
        Matcher matcher = pattern.matcher(kept.get(next - forgotten));
        if (matcher.find()) {
          return matcher;
        }
      }
      long rest = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (rest <= 0) {
        throw new IllegalStateException(
            name + " has not said " + pattern + " but\n" + String.join("\n", kept));
      }
      wait(rest);
    }
  }

  /** Waits for a line that has the text in it, from the begin on. */
  public void await(String text) throws InterruptedException {
    var _ = await(Pattern.compile(Pattern.quote(text)), 0);
  }

  /** Whether a line so far has that in it. */
  public synchronized boolean hasSaid(String text) {
    return lines.stream().anyMatch(line -> line.contains(text));
  }

  /** What it has said, one line each. */
  public synchronized String allSaid() {
    return String.join("\n", lines);
  }

  /** host:port, once it listens. */
  public String address() throws InterruptedException {
    return "127.0.0.1:" + port();
  }

  /** Of 127.0.0.1, once it listens. */
  public int port() throws InterruptedException {
    return Integer.parseInt(await(LISTENING, 0).group(1));
  }

  /** Whether it runs, or is stopped by a signal. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** {@code kill -9}. */
  public void kill() throws InterruptedException {
    int _ = process.destroyForcibly().waitFor();
  }

  /** Sends a signal by its name, such as {@code STOP}. */
  public void signal(String signal) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -" + signal + " has failed");
    }
  }

  /**
   * SIGTERM, and waits for the end. Returns the exit code.
   *
   * @throws IllegalStateException when it has not ended after a minute
   */
  public int terminate() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(name + " does not end\n" + allSaid());
    }
    return process.exitValue();
  }

  /** Kills it if it still runs, and waits until it has gone. */
  @Override
  public void close() {
    var _ = process.destroyForcibly();
    var _ = process.onExit().join();
  }
}

package glockenspiel.cli.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A {@code glock} in a process of its own, and what it says. */
final class ServiceProcess implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 60_000;
  private static final Pattern LISTENING =
      Pattern.compile("listening address=127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final List<String> lines = new ArrayList<>();

  private ServiceProcess(Process process) {
    this.process = process;
  }

  /** Starts it with these arguments. */
  static ServiceProcess start(String... arguments) throws IOException {
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
    ServiceProcess started =
        new ServiceProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    Thread.ofPlatform().daemon().name("reader").start(started::read);
    return started;
  }

  private void read() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        add(line);
      }
    } catch (IOException gone) {
      add("(no more: " + gone + ")");
    }
  }

  private synchronized void add(String line) {
    lines.add(line);
    notifyAll();
  }

  /** How many lines it has said. */
  synchronized int said() {
    return lines.size();
  }

  /** Waits for a line behind the first so many that has the pattern in it. */
  synchronized Matcher await(Pattern pattern, int after) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    int next = after;
    while (true) {
      for (; next < lines.size(); next++) {
        Matcher matcher = pattern.matcher(lines.get(next));
        if (matcher.find()) {
          return matcher;
        }
      }
      long rest = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (rest <= 0) {
        throw new AssertionError(pattern + " is not in\n" + String.join("\n", lines));
      }
      wait(rest);
    }
  }

  void await(String text) throws InterruptedException {
    await(Pattern.compile(Pattern.quote(text)), 0);
  }

  /** Whether a line so far has that in it. */
  synchronized boolean hasSaid(String text) {
    return lines.stream().anyMatch(line -> line.contains(text));
  }

  synchronized String allSaid() {
    return String.join("\n", lines);
  }

  /** host:port, once it listens. */
  String address() throws InterruptedException {
    return "127.0.0.1:" + await(LISTENING, 0).group(1);
  }

  /** {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Sends a signal by its name, such as {@code STOP}. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -" + name + " has failed");
    }
  }

  /** SIGTERM, and waits for the end. */
  int terminate() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      throw new AssertionError("does not end\n" + String.join("\n", lines));
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

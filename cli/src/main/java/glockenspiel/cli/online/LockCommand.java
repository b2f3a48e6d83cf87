package glockenspiel.cli.online;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.client.Lock;
import glockenspiel.client.LockClient;
import glockenspiel.client.LockClientSettings;
import glockenspiel.client.LockException;
import glockenspiel.protocol.lock.LockMode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glock lock}: runs a command under an application lock. */
@Command(
    name = "lock",
    description = {
      "Takes a lock of a namespace, runs a command, and gives the lock back.",
      "The command finds the fencing number in GLOCK_FENCING_NUMBER; it is ended when the lock is"
          + " lost. The exit code is the command's; 4 when the lock was not had in time, or was"
          + " lost.",
      "For example: glock lock shop nightly --wait 0 -- ./report.sh"
    },
    mixinStandardHelpOptions = true)
public final class LockCommand implements Callable<Integer> {
  private static final String FENCING_NUMBER = "GLOCK_FENCING_NUMBER";

  /** The modes that a lock can be taken in. */
  enum Mode {
    SH(LockMode.SH),
    DF(LockMode.DF),
    EX(LockMode.EX);

    private final LockMode mode;

    Mode(LockMode mode) {
      this.mode = mode;
    }
  }

  @Parameters(index = "0", paramLabel = "NAMESPACE", description = "A name without a colon.")
  private String namespace = "";

  @Parameters(index = "1", paramLabel = "NAME", description = "The lock: 1 to 64 bytes.")
  private String name = "";

  @Parameters(index = "2..*", arity = "1..*", paramLabel = "COMMAND", description = "What to run.")
  private List<String> command = List.of();

  @Option(names = "--mode", defaultValue = "EX", description = "${COMPLETION-CANDIDATES}")
  private Mode mode = Mode.EX;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "Longest time to wait for the lock; 0 tries. Default: as long as it takes.")
  private @Nullable Double waitSeconds;

  @Option(
      names = "--lock-delay",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "How long the lock stays taken after the lease when this command is lost.")
  private double lockDelaySeconds;

  @Mixin private final Services services = new Services();

  @Override
  public Integer call() throws InterruptedException, IOException {
    try (LockClient client = LockClient.connect(settings());
        Lock lock = take(client)) {
      return run(lock);
    } catch (LockException failure) {
      throw new CommandFailure(
          switch (failure.reason()) {
            case UNREACHABLE -> ExitCode.UNREACHABLE;
            case REFUSED, SESSION_LOST -> ExitCode.REFUSED;
          },
          String.valueOf(failure.getMessage()));
    } catch (IllegalArgumentException wrong) {
      throw CommandFailure.wrongUsage(String.valueOf(wrong.getMessage()));
    }
  }

  private LockClientSettings settings() {
    return LockClientSettings.of(services.lockManagerAddress(), namespace, sessionName())
        .withSecurity(services.security())
        .withJoinTimeout(services.timeout())
        .withLockDelay(duration("--lock-delay", lockDelaySeconds));
  }

  /** Of this command alone: in containers, and on other machines, processes have the same ids. */
  private static String sessionName() {
    return "glock-lock-" + ProcessHandle.current().pid() + "-" + UUID.randomUUID();
  }

  private Lock take(LockClient client) throws InterruptedException {
    if (waitSeconds == null) {
      return client.lock(name, mode.mode);
    }
    Duration patience = duration("--wait", waitSeconds);
    Optional<Lock> taken =
        patience.isZero()
            ? client.tryLock(name, mode.mode)
            : client.tryLock(name, mode.mode, patience);
    return taken.orElseThrow(
        () ->
            new CommandFailure(
                ExitCode.REFUSED,
                "lock "
                    + name
                    + " is in use; see who holds it with glock locks --volume "
                    + namespace));
  }

  private static Duration duration(String flag, double seconds) {
    if (!(seconds >= 0 && seconds <= 1e6)) {
      throw CommandFailure.wrongUsage(flag + " " + seconds + " is not in 0..1000000");
    }
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  private int run(Lock lock) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put(FENCING_NUMBER, Long.toString(lock.fencingNumber()));
    Process process;
    try {
      process = builder.start();
    } catch (IOException notThere) {
      throw CommandFailure.wrongUsage(String.valueOf(notThere.getMessage()));
    }
    try {
      lock.onLost(process::destroy);
      int exitCode = process.waitFor();
      if (!lock.isValid()) {
        throw new CommandFailure(ExitCode.REFUSED, "lock " + name + " was lost; the command ended");
      }
      return exitCode;
    } finally {
      process.destroy();
    }
  }
}

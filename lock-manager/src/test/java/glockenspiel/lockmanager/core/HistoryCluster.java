package glockenspiel.lockmanager.core;

import static glockenspiel.runtime.state.InvariantViolation.require;

import glockenspiel.lockmanager.history.History;
import glockenspiel.lockmanager.history.HistoryChecker;
import glockenspiel.lockmanager.history.HistoryEvent;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;

/**
 * One lock-manager and its {@link HistoryNode}s on a network that delays and breaks, from one seed.
 */
final class HistoryCluster {
  static final String LOCKSPACE = "cluster:fs";
  static final long INCARNATION = 3;
  static final long LEASE_NANOS = 500_000_000;
  private static final long FAULTS_END_NANOS = 2_000_000_000L;
  private static final long END_NANOS = 8_000_000_000L;

  private record Piece(long atNanos, long sequence, Runnable body) {}

  private static final class Stream {
    final HistoryNode node;
    boolean openAtManager = true;
    boolean openAtNode = true;
    long toManagerNanos;
    long toNodeNanos;

    Stream(HistoryNode node) {
      this.node = node;
    }
  }

  final Random random;
  final History history = new History();
  private final LockManager manager =
      new LockManager(
          LockManagerConfig.of(
              INCARNATION, LEASE_NANOS / 1_000_000, LockLimits.DEFAULT.withQueues(1_000, 5_000)));
  private final PriorityQueue<Piece> pieces =
      new PriorityQueue<>(
          Comparator.comparingLong(Piece::atNanos).thenComparingLong(Piece::sequence));
  private final Map<Long, Stream> streams = new LinkedHashMap<>();
  private final List<HistoryNode> nodes = new ArrayList<>();
  private final List<GlockName> glocks = new ArrayList<>();

  /** The newest stream of each node that the lock-manager has taken. */
  private final Map<String, Long> welcomedStream = new TreeMap<>();

  private long now;
  private long sequence;
  private long newestStream;
  private int newestValue;
  private int outcomes;

  HistoryCluster(long seed) {
    random = new Random(seed);
    int nodeCount = 1 + random.nextInt(4);
    for (int index = 0; index < nodeCount; index++) {
      nodes.add(new HistoryNode(this, "n" + index, index > 0 && random.nextInt(8) == 0));
    }
    for (int number = 1; number <= 1 + random.nextInt(4); number++) {
      glocks.add(GlockName.inode(number));
      glocks.add(new GlockName(GlockType.META, number));
    }
  }

  /** Runs to the end. Returns how many outcomes there were. */
  int run() {
    for (HistoryNode node : nodes) {
      later(random.nextLong(50_000_000), node::connect);
    }
    later(random.nextLong(100_000_000), this::fault);
    // Where only spectators are left, the next mounter must help.
    HistoryNode rescuer = new HistoryNode(this, "rescuer", false);
    later(
        FAULTS_END_NANOS,
        () -> {
          nodes.add(rescuer);
          rescuer.connect();
        });
    long steps = 0;
    for (Piece next = pieces.poll();
        next != null && next.atNanos < END_NANOS && !isOver();
        next = pieces.poll()) {
      now = next.atNanos;
      nodes.forEach(node -> node.end.recordLease());
      next.body.run();
      checkExclusion();
      if (++steps % 8 == 0) {
        manager.validate();
      }
    }
    for (HistoryNode node : nodes) {
      require(
          node.isSettled(),
          "rule 12: "
              + node.name
              + " is not settled; waits for "
              + node.pending.values()
              + manager.lockspace(LOCKSPACE)
              + manager.sessions(LOCKSPACE)
              + manager.locks(LOCKSPACE, LockFilter.ALL, LockCursor.START, 100).locks());
    }
    manager.validate();
    HistoryChecker.check(history);
    return outcomes;
  }

  private boolean isOver() {
    // What is still on its way arrives, or its stream is given up.
    return now >= FAULTS_END_NANOS + 3 * LEASE_NANOS
        && nodes.stream().allMatch(HistoryNode::isSettled);
  }

  long now() {
    return now;
  }

  boolean hasFaults() {
    return now < FAULTS_END_NANOS;
  }

  void later(long nanos, Runnable body) {
    pieces.add(new Piece(now + nanos, sequence++, body));
  }

  private void fault() {
    if (!hasFaults()) {
      return;
    }
    later(random.nextLong(300_000_000), this::fault);
    HistoryNode node = nodes.get(random.nextInt(nodes.size()));
    switch (random.nextInt(5)) {
      case 0 -> node.restart();
      case 1 -> node.withdraw();
      case 2 ->
          manager.sessions(LOCKSPACE).stream()
              .filter(session -> session.nodeName().equals(node.name))
              .findFirst()
              .ifPresent(session -> step(new LockEvent.Evict(session.sessionId(), "by chance")));
      default -> breakStream(node);
    }
  }

  /** Both ends hear of it, each in its own time; what is on the way is lost. */
  private void breakStream(HistoryNode node) {
    Stream stream = streams.get(node.stream);
    if (stream == null) {
      return;
    }
    long id = node.stream;
    stream.openAtNode = false;
    boolean forLong = random.nextInt(5) == 0;
    closeAtManager(id, stream);
    later(
        random.nextLong(forLong ? 2 * LEASE_NANOS : 100_000_000),
        () -> {
          if (node.stream == id) {
            node.closed(false);
          }
        });
  }

  private void closeAtManager(long id, Stream stream) {
    later(
        random.nextLong(LEASE_NANOS),
        () -> {
          if (stream.openAtManager) {
            stream.openAtManager = false;
            step(new LockEvent.StreamClosed(id));
          }
        });
  }

  void closeByNode(long id) {
    Stream stream = streams.get(id);
    if (stream != null) {
      stream.openAtNode = false;
      closeAtManager(id, stream);
    }
  }

  long open(HistoryNode node, Hello hello) {
    long id = ++newestStream;
    Stream stream = new Stream(node);
    streams.put(id, stream);
    toManager(stream, new LockEvent.StreamOpened(id, hello));
    return id;
  }

  void send(long id, Batch<NodeMessage> batch) {
    Stream stream = streams.get(id);
    if (stream != null && stream.openAtNode) {
      toManager(stream, new LockEvent.BatchReceived(id, batch));
    }
  }

  private void toManager(Stream stream, LockEvent event) {
    stream.toManagerNanos = Math.max(stream.toManagerNanos, now + random.nextLong(5_000_000));
    later(
        stream.toManagerNanos - now,
        () -> {
          if (stream.openAtManager && stream.openAtNode) {
            step(event);
          }
        });
  }

  private void toNode(long id, Runnable body) {
    Stream stream = streams.get(id);
    if (stream != null) {
      stream.toNodeNanos = Math.max(stream.toNodeNanos, now + random.nextLong(5_000_000));
      later(
          stream.toNodeNanos - now,
          () -> {
            if (stream.openAtNode && stream.node.stream == id) {
              body.run();
            }
          });
    }
  }

  private void step(LockEvent event) {
    List<Effect> effects = new ArrayList<>();
    Map<Long, Integer> expected = expectedTryDemotes(event);
    manager.step(event, now, effects::add);
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Welcome welcome -> {
          Stream stream = streams.get(welcome.streamId());
          if (stream != null) {
            welcomedStream.put(stream.node.name, welcome.streamId());
            toNode(welcome.streamId(), () -> stream.node.welcomed(welcome.welcome()));
          }
        }
        case Effect.Send send -> {
          Stream stream = streams.get(send.streamId());
          if (stream != null) {
            toNode(send.streamId(), () -> stream.node.received(send.batch()));
          }
        }
        case Effect.CloseStream close -> {
          Stream stream = streams.get(close.streamId());
          require(
              close.cause() != CloseCause.INVALID_ARGUMENT
                  && close.cause() != CloseCause.BAD_SEQUENCE
                  && close.cause() != CloseCause.SLOW_CONSUMER,
              "a node that keeps the contract is refused: " + close);
          if (stream != null) {
            stream.openAtManager = false;
            HistoryNode node = stream.node;
            toNode(close.streamId(), () -> node.closed(close.sessionLost() || node.leaving));
          }
        }
        case Effect.SetTimer timer ->
            later(
                Math.max(0, timer.atNanos() - now) + random.nextLong(20_000_000),
                () -> step(new LockEvent.TimerFired(timer.token())));
        case Effect.LockChanged ignored -> {}
        case Effect.Notify ignored -> {}
      }
    }
    checkTryDemotes(event, effects, expected);
    if (manager.sessions(LOCKSPACE).isEmpty()) {
      history.add(new HistoryEvent.Emptied());
    }
  }

  /**
   * For a batch of nothing but one TRY_1CB: the streams whose nodes must get a demote request if it
   * fails.
   */
  private Map<Long, Integer> expectedTryDemotes(LockEvent event) {
    Map<Long, Integer> expected = new TreeMap<>();
    if (event instanceof LockEvent.BatchReceived(long id, Batch<NodeMessage> batch)
        && batch.messages().size() == 1
        && batch.messages().getFirst() instanceof Acquire acquire
        && LockFlags.has(acquire.flags(), LockFlags.TRY_1CB)
        && !acquire.glock().isIo()) {
      List<LockInfo> locks =
          manager.locks(LOCKSPACE, LockFilter.ALL, LockCursor.START, 1000).locks();
      for (LockInfo lock : locks) {
        if (lock.glock().equals(acquire.glock())) {
          for (LockInfo.Holder holder : lock.holders()) {
            Long stream = welcomedStream.get(holder.nodeName());
            boolean connected =
                manager.sessions(LOCKSPACE).stream()
                    .anyMatch(
                        session ->
                            session.sessionId() == holder.sessionId() && session.connected());
            if (stream != null
                && connected
                && stream != id
                && !holder.mode().compatible(acquire.mode())) {
              expected.put(stream, 1);
            }
          }
        }
      }
    }
    return expected;
  }

  /** Rule 11, second half. */
  private void checkTryDemotes(LockEvent event, List<Effect> effects, Map<Long, Integer> expected) {
    Map<Long, Integer> sent = new TreeMap<>();
    boolean failed = false;
    for (Effect effect : effects) {
      if (effect instanceof Effect.Send(long id, Batch<LockManagerMessage> batch)) {
        for (LockManagerMessage message : batch.messages()) {
          if (message instanceof Demote) {
            sent.merge(id, 1, Integer::sum);
          } else if (message instanceof Answer answer) {
            outcomes++;
            failed |= answer.outcome() == LockOutcome.TRY_FAILED;
          }
        }
      }
    }
    if (failed && !expected.isEmpty()) {
      require(
          sent.equals(expected), "rule 11: demotes " + sent + ", not " + expected + " " + event);
    }
  }

  /** Rule 1, as the nodes see it. */
  private void checkExclusion() {
    for (GlockName glock : glocks) {
      LockMode seen = LockMode.UN;
      for (HistoryNode node : nodes) {
        LockMode mode = node.usableMode(glock);
        require(
            seen.compatible(mode),
            "rule 1: " + node.name + " uses " + glock + " " + mode + " beside " + seen);
        seen = mode == LockMode.UN ? seen : mode;
      }
    }
  }

  GlockName anyGlock() {
    return glocks.get(random.nextInt(glocks.size()));
  }

  LockMode anyMode() {
    return switch (random.nextInt(3)) {
      case 0 -> LockMode.SH;
      case 1 -> LockMode.DF;
      default -> LockMode.EX;
    };
  }

  int anyFlags(LockMode mode) {
    return switch (random.nextInt(10)) {
      case 0 -> LockFlags.TRY;
      case 1, 2 -> LockFlags.TRY_1CB;
      case 3 -> LockFlags.NOEXP;
      case 4 -> LockFlags.PRIORITY;
      case 5 -> mode == LockMode.EX ? 0 : LockFlags.ANY;
      case 6 -> LockFlags.PRIORITY | LockFlags.TRY;
      default -> 0;
    };
  }

  LockValue newLockValue() {
    return LockValue.of(ByteBuffer.allocate(4).putInt(++newestValue).array());
  }
}

package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.protocol.lock.MessageLog;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A lock-manager and its nodes, moved by lines of text.
 *
 * <pre>
 * mount a b             join, take live and journal glocks; the first mounter reports; says nothing
 * join a [spectator] [in=LOCKSPACE]
 *                       a new session
 * join a application [in=NAMESPACE]
 *                       the session of an application, in "apps" unless said otherwise
 * a acquire 2/12 EX TRY NOEXP [trace=T] [delay=MILLIS] ; lower 2/12 UN [value=HEX] ; cancel 3 ; clean GEN JID ; firstMountDone GEN ; renew ; leave
 *                       one batch; requests are numbered 1, 2, ... by session
 * a batch first=9 acknowledged=0
 *                       an empty batch with these numbers
 * a deaf                from now on nothing reaches the node; what it sends still arrives
 * a disconnect          the stream breaks
 * a resume [received=N] [incarnation=N]
 *                       a new stream for the session
 * advance 5s | 100ms    time passes; timers fire
 * evict a               by an operator
 * watch 2/12 [in=NAMESPACE] ; unwatch ...
 * show locks | contention | sessions | gate [in=NAMESPACE]
 * </pre>
 */
final class ScriptCluster {
  private static final long INCARNATION = 7;
  private static final String LOCKSPACE = "cluster:fs";

  /** A node with the node's end of a session. */
  private static final class Node {
    final String name;
    final boolean spectator;
    final boolean application;
    final String lockspace;
    MessageLog<NodeMessage, LockManagerMessage> log = new MessageLog<>(1_000_000);
    long stream;
    long sessionId;
    int slot;
    long requestId;
    boolean deaf;

    Node(String name, boolean spectator, boolean application, String lockspace) {
      this.name = name;
      this.spectator = spectator;
      this.application = application;
      this.lockspace = lockspace;
    }
  }

  private final LockManager manager;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<Long, Node> byStream = new LinkedHashMap<>();
  private final PriorityQueue<Effect.SetTimer> timers =
      new PriorityQueue<>(
          Comparator.comparingLong(Effect.SetTimer::atNanos)
              .thenComparingLong(Effect.SetTimer::token));
  private List<String> trace = new ArrayList<>();
  private long now;
  private long newestStream;

  ScriptCluster(LockManagerConfig config) {
    manager = new LockManager(config);
  }

  static ScriptCluster usual() {
    return new ScriptCluster(
        new LockManagerConfig(
            INCARNATION, 10_000, 0, 0, new LockLimits(3, 4, 16, 10, 20, 5, 20, 24, 5_000)));
  }

  /** Does one line and returns what it led to. */
  List<String> run(String line) {
    trace = new ArrayList<>();
    List<String> words = List.of(line.strip().split("\\s+", -1));
    switch (words.getFirst()) {
      case "mount" -> words.subList(1, words.size()).forEach(this::mount);
      case "join" -> {
        Arguments arguments = new Arguments(words);
        boolean application = words.contains("application");
        join(
            words.get(1),
            words.contains("spectator"),
            application,
            arguments.text("in", application ? "apps" : LOCKSPACE));
      }
      case "advance" -> advance(nanos(words.get(1)));
      case "evict" -> step(new LockEvent.Evict(node(words.get(1)).sessionId, "by an operator"));
      case "watch" ->
          manager.watch(new Arguments(words).text("in", LOCKSPACE), glock(words.get(1)));
      case "unwatch" ->
          manager.unwatch(new Arguments(words).text("in", LOCKSPACE), glock(words.get(1)));
      case "show" -> show(words.get(1), new Arguments(words).text("in", LOCKSPACE));
      default -> node(words.getFirst(), line.strip().substring(words.getFirst().length()).strip());
    }
    manager.validate();
    return trace;
  }

  private void mount(String name) {
    join(name, false, false, LOCKSPACE);
    Node node = node(name);
    long generation = gateGeneration();
    node(name, "acquire 1/1 SH NOEXP ; acquire 9/" + node.slot + " EX NOEXP");
    node(name, "firstMountDone " + generation + " ; renew");
    trace.clear();
  }

  private long gateGeneration() {
    LockspaceInfo info = manager.lockspace(LOCKSPACE);
    return info == null ? 0 : info.gate().generation();
  }

  private void join(String name, boolean spectator, boolean application, String lockspace) {
    Node node = new Node(name, spectator, application, lockspace);
    nodes.put(name, node);
    open(node, new Hello(lockspace, name, spectator, application, 0, 0, 0));
  }

  private void open(Node node, Hello hello) {
    node.stream = ++newestStream;
    node.deaf = false;
    byStream.put(node.stream, node);
    step(new LockEvent.StreamOpened(node.stream, hello));
  }

  private Node node(String name) {
    Node node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("there is no node " + name);
    }
    return node;
  }

  private void node(String name, String command) {
    Node node = node(name);
    Arguments arguments = new Arguments(command);
    switch (arguments.verb()) {
      case "deaf" -> node.deaf = true;
      case "disconnect" -> {
        step(new LockEvent.StreamClosed(node.stream));
        byStream.remove(node.stream);
      }
      case "resume" ->
          open(
              node,
              new Hello(
                  node.lockspace,
                  name,
                  node.spectator,
                  node.application,
                  node.sessionId,
                  arguments.number("incarnation", INCARNATION),
                  arguments.number("received", node.log.received())));
      case "batch" ->
          step(
              new LockEvent.BatchReceived(
                  node.stream,
                  new Batch<>(
                      arguments.number("first", 0),
                      arguments.number("acknowledged", 0),
                      List.of())));
      default -> {
        for (String message : command.split(";", -1)) {
          node.log.add(message(node, new Arguments(message.strip())));
        }
        step(new LockEvent.BatchReceived(node.stream, node.log.nextBatch()));
      }
    }
  }

  private static NodeMessage message(Node node, Arguments arguments) {
    return switch (arguments.verb()) {
      case "acquire" ->
          new NodeMessage.Acquire(
              arguments.number("id", ++node.requestId),
              glock(arguments.word(1)),
              LockMode.valueOf(arguments.word(2)),
              arguments.flags(3),
              (int) arguments.number("delay", 0),
              arguments.text("trace", ""));
      case "lower" -> {
        String value = arguments.text("value", "none");
        yield new NodeMessage.Lower(
            glock(arguments.word(1)),
            LockMode.valueOf(arguments.word(2)),
            value.equals("none") ? null : LockValue.of(HexFormat.of().parseHex(value)));
      }
      case "cancel" -> new NodeMessage.Cancel(Long.parseLong(arguments.word(1)));
      case "clean" ->
          new NodeMessage.ReportClean(
              Long.parseLong(arguments.word(1)), Integer.parseInt(arguments.word(2)));
      case "firstMountDone" ->
          new NodeMessage.ReportFirstMountDone(Long.parseLong(arguments.word(1)));
      case "renew" -> new NodeMessage.Renew();
      case "leave" -> new NodeMessage.Leave();
      default -> throw new IllegalArgumentException("unknown command " + arguments.verb());
    };
  }

  private static GlockName glock(String text) {
    return text.contains("/") ? GlockName.parse(text) : GlockName.application(text);
  }

  private void advance(long nanos) {
    long end = now + nanos;
    for (Effect.SetTimer next = timers.peek();
        next != null && next.atNanos() <= end;
        next = timers.peek()) {
      timers.remove();
      now = Math.max(now, next.atNanos());
      step(new LockEvent.TimerFired(next.token()));
    }
    now = end;
  }

  private static long nanos(String text) {
    return text.endsWith("ms")
        ? Long.parseLong(text.substring(0, text.length() - 2)) * 1_000_000
        : Long.parseLong(text.substring(0, text.length() - 1)) * 1_000_000_000;
  }

  private void step(LockEvent event) {
    Deque<Effect> effects = new ArrayDeque<>();
    manager.step(event, now, effects::addLast);
    effects.forEach(this::happen);
  }

  private void happen(Effect effect) {
    trace.addAll(
        EffectText.lines(
            effect,
            stream -> {
              Node node = byStream.get(stream);
              return node == null
                  ? "stream " + stream
                  : node.deaf ? node.name + " (deaf)" : node.name;
            }));
    switch (effect) {
      case Effect.Welcome welcome -> {
        Node node = byStream.get(welcome.streamId());
        if (node != null) {
          node.sessionId = welcome.welcome().sessionId();
          node.slot = welcome.welcome().slot();
          node.log.resume(welcome.welcome().received());
        }
      }
      case Effect.Send send -> {
        Node node = byStream.get(send.streamId());
        if (node != null && !node.deaf) {
          node.log.receive(send.batch());
        }
      }
      case Effect.CloseStream close -> byStream.remove(close.streamId());
      case Effect.SetTimer timer -> timers.add(timer);
      case Effect.LockChanged changed -> {}
      case Effect.Notify ignored -> {}
    }
  }

  private Stream<LockInfo> locks(String lockspace) {
    return manager.locks(lockspace, LockFilter.ALL, LockCursor.START, 1000).locks().stream()
        .sorted(Comparator.comparing(LockInfo::glock));
  }

  private void show(String what, String lockspace) {
    switch (what) {
      case "locks" -> locks(lockspace).forEach(lock -> trace.addAll(EffectText.lines(lock)));
      case "contention" ->
          locks(lockspace).forEach(lock -> trace.addAll(EffectText.linesWithContention(lock)));
      case "sessions" ->
          manager.sessions(lockspace).forEach(session -> trace.add(session.toString()));
      case "gate" -> {
        LockspaceInfo info = manager.lockspace(lockspace);
        if (info != null) {
          trace.add(EffectText.text(info.gate()));
          info.pending().forEach(pending -> trace.add("  " + pending));
        }
      }
      default -> throw new IllegalArgumentException("show " + what);
    }
  }

  /** The words of a command; {@code name=value} among them by name. */
  private record Arguments(List<String> words) {
    Arguments(String command) {
      this(Arrays.asList(command.split("\\s+", -1)));
    }

    String verb() {
      return words.getFirst();
    }

    String word(int index) {
      return words.get(index);
    }

    int flags(int from) {
      int flags = 0;
      for (String word : words.subList(from, words.size())) {
        flags |=
            switch (word) {
              case "TRY" -> LockFlags.TRY;
              case "TRY_1CB" -> LockFlags.TRY_1CB;
              case "NOEXP" -> LockFlags.NOEXP;
              case "PRIORITY" -> LockFlags.PRIORITY;
              case "ANY" -> LockFlags.ANY;
              default -> {
                if (!word.contains("=")) {
                  throw new IllegalArgumentException("unknown flag " + word);
                }
                yield 0;
              }
            };
      }
      return flags;
    }

    String text(String name, String otherwise) {
      @Nullable String found = null;
      for (String word : words) {
        if (word.startsWith(name + "=")) {
          found = word.substring(name.length() + 1);
        }
      }
      return found == null ? otherwise : found;
    }

    long number(String name, long otherwise) {
      String found = text(name, "");
      return found.isEmpty() ? otherwise : Long.parseLong(found);
    }
  }
}

package glockenspiel.lockmanager.app;

import glockenspiel.lockmanager.history.History;
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
import glockenspiel.protocol.lock.MessageLog;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.protocol.wire.SessionWire;
import glockenspiel.runtime.grpc.GrpcChannel;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/**
 * A node over real streams, which it breaks by chance and reads one message at a time. Keeps the
 * contract, obeys demote requests, lowers all in the end and leaves.
 */
final class StreamHistoryNode implements Callable<Long> {
  private static final int ACTS = 60;

  private record Held(LockMode mode, long grantNumber) {}

  private final GrpcChannel channel;
  private final History history;
  private final String lockspace;
  private final String name;
  private final Random random;
  private final MessageLog<NodeMessage, LockManagerMessage> log = new MessageLog<>(100_000);
  private final Map<GlockName, Acquire> pending = new TreeMap<>();
  private final Map<GlockName, Held> held = new TreeMap<>();
  private final Map<GlockName, Demote> demotes = new TreeMap<>();
  private TestNode stream;
  private long sessionId;
  private long incarnation;
  private long requestId;
  private int values;
  private boolean leaving;
  private boolean left;

  StreamHistoryNode(
      GrpcChannel channel, History history, String lockspace, String name, long seed) {
    this.channel = channel;
    this.history = history;
    this.lockspace = lockspace;
    this.name = name;
    this.random = new Random(seed);
    this.stream = new TestNode(channel, 1);
  }

  /** Returns how many requests it has made. */
  @Override
  public Long call() throws InterruptedException {
    greet();
    int acts = 0;
    while (!left) {
      if (stream.hasNews()) {
        receive();
      } else if (acts < ACTS && (pending.isEmpty() || random.nextInt(3) == 0)) {
        acts++;
        act();
      } else if (acts == ACTS && pending.isEmpty() && !leaving) {
        leave();
      } else {
        receive();
      }
    }
    history.stopped(sessionId);
    return requestId;
  }

  private void greet() throws InterruptedException {
    Hello hello = new Hello(lockspace, name, false, sessionId, incarnation, log.received());
    Welcome welcome = stream.greet(hello);
    stream.letIn(1);
    if (sessionId == 0) {
      sessionId = welcome.sessionId();
      incarnation = welcome.incarnation();
      history.joined(sessionId, welcome.gate());
    }
    log.resume(welcome.received());
    flush();
  }

  private void flush() {
    if (log.hasUnsent()) {
      SessionWire.requests(log.nextBatch()).forEach(stream::send);
    }
  }

  private void say(NodeMessage message) {
    history.said(sessionId, message);
    log.add(message);
    flush();
  }

  private void act() throws InterruptedException {
    GlockName glock =
        new GlockName(
            random.nextBoolean() ? GlockType.META : GlockType.INODE, 1 + random.nextInt(2));
    Acquire waiting = pending.get(glock);
    if (random.nextInt(8) == 0) {
      stream.breakOff();
      stream = new TestNode(channel, 1);
      greet();
    } else if (waiting != null) {
      say(new NodeMessage.Cancel(waiting.requestId()));
    } else if (held.containsKey(glock) && random.nextInt(3) == 0) {
      lower(glock, LockMode.UN);
    } else {
      acquire(glock);
    }
  }

  private void acquire(GlockName glock) {
    LockMode mode =
        switch (random.nextInt(3)) {
          case 0 -> LockMode.SH;
          case 1 -> LockMode.DF;
          default -> LockMode.EX;
        };
    int flags =
        switch (random.nextInt(8)) {
          case 0 -> LockFlags.TRY;
          case 1 -> LockFlags.TRY_1CB;
          case 2 -> LockFlags.PRIORITY;
          case 3 -> mode == LockMode.EX ? LockFlags.NOEXP : LockFlags.ANY;
          default -> 0;
        };
    Acquire acquire = new Acquire(++requestId, glock, mode, flags, "");
    pending.put(glock, acquire);
    say(acquire);
  }

  private void lower(GlockName glock, LockMode mode) {
    Held mine = held.remove(glock);
    if (mine == null) {
      return;
    }
    LockValue value = null;
    if (mine.mode == LockMode.EX && random.nextInt(4) != 0) {
      value =
          random.nextInt(8) == 0
              ? LockValue.of()
              : LockValue.of(ByteBuffer.allocate(12).putLong(sessionId).putInt(++values).array());
    }
    if (mode != LockMode.UN) {
      held.put(glock, new Held(mode, mine.grantNumber));
    }
    say(new NodeMessage.Lower(glock, mode, value));
  }

  private void leave() {
    leaving = true;
    for (GlockName glock : List.copyOf(held.keySet())) {
      lower(glock, LockMode.UN);
    }
    say(new NodeMessage.Leave());
  }

  private void receive() throws InterruptedException {
    List<LockManagerMessage> messages = log.receive(stream.batch());
    stream.letIn(1);
    for (LockManagerMessage message : messages) {
      history.heard(sessionId, message);
      switch (message) {
        case Answer answer -> answered(answer);
        case Demote demote -> {
          demotes.put(demote.glock(), demote);
          obey(demote.glock());
        }
        case LockManagerMessage.Left gone -> left = true;
        default -> {}
      }
    }
  }

  private void answered(Answer answer) {
    pending.remove(answer.glock());
    if (answer.outcome() == LockOutcome.GRANTED) {
      held.put(answer.glock(), new Held(answer.mode(), answer.grantNumber()));
    } else if (answer.outcome() == LockOutcome.DEADLOCK) {
      lower(answer.glock(), LockMode.UN);
    }
    obey(answer.glock());
  }

  private void obey(GlockName glock) {
    Demote demote = demotes.get(glock);
    Held mine = held.get(glock);
    if (demote == null || pending.containsKey(glock)) {
      return;
    }
    demotes.remove(glock);
    if (mine != null && mine.grantNumber == demote.grantNumber() && mine.mode != demote.wanted()) {
      lower(glock, mine.mode == LockMode.EX ? demote.wanted() : LockMode.UN);
    }
  }
}

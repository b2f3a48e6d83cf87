package glockenspiel.cli.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A stretch of network between a node and a service, over real sockets. It passes bytes on, and can
 * be made slow, narrow, or not to pass them: {@link #cut}, {@link #hold} and {@link #refuse} are
 * three ways in which networks fail. {@link #heal} ends each. For any thread.
 */
public final class Relay implements AutoCloseable {
  /** One connection from end to end. */
  private final class Link {
    private final Socket near;
    private final Socket far = new Socket();

    Link(Socket near) {
      this.near = near;
    }

    void connect() throws IOException {
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      far.connect(target);
      OneWay.start(there, near, far, this::ended);
      OneWay.start(back, far, near, this::ended);
    }

    /** An end has gone: so must the other, unless a cut hides that. */
    private void ended() {
      if (!isCut()) {
        reset();
      }
    }

    /** Both ends are told at once. */
    void reset() {
      links.remove(this);
      Relay.reset(near);
      Relay.reset(far);
    }
  }

  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final Line there = new Line();
  private final Line back = new Line();
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private Relay(ServerSocket listener, InetSocketAddress target) {
    this.listener = listener;
    this.target = target;
  }

  /**
   * Starts a relay on a free port of 127.0.0.1.
   *
   * @param port of the service, on 127.0.0.1
   */
  public static Relay to(int port) throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    Relay relay = new Relay(new ServerSocket(0, 50, here), new InetSocketAddress(here, port));
    Thread.ofVirtual().name("relay-" + port).start(relay::accept);
    return relay;
  }

  /** The port to connect to instead of the service's. */
  public int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!closed) {
      try {
        connect(new Link(listener.accept()));
      } catch (IOException refused) {
        // The listener was closed, or the service has gone: whoever connected sees its connection
        // end.
      }
    }
  }

  private void connect(Link link) throws IOException {
    links.add(link);
    if (isCut()) {
      return;
    }
    try {
      if (there.state() == Line.State.REFUSING) {
        link.reset();
      } else {
        link.connect();
      }
    } catch (IOException failed) {
      link.reset();
      throw failed;
    }
    if (closed) {
      link.reset();
    }
  }

  /**
   * From now on what is sent is lost, and nobody is told, as when a switch fails. When it is
   * healed, connections that have seen it are reset, as TCP would give them up in the end.
   */
  public void cut() {
    turn(Line.State.CUT);
  }

  /**
   * As a cut, but only of what goes to the service; what it says still arrives. No new connection
   * comes into being.
   */
  public void cutThere() {
    there.turn(Line.State.CUT);
  }

  /** As a cut, but only of what the service says. */
  public void cutBack() {
    back.turn(Line.State.CUT);
  }

  private boolean isCut() {
    return there.state() == Line.State.CUT || back.state() == Line.State.CUT;
  }

  private void turn(Line.State state) {
    there.turn(state);
    back.turn(state);
  }

  /**
   * From now on nothing passes, and nothing is lost: when it is healed it arrives, late, as what
   * TCP sends again after a short outage.
   */
  public void hold() {
    turn(Line.State.HELD);
  }

  /** Resets all connections, and each new one at once, as a firewall does, or a host that is up. */
  public void refuse() {
    turn(Line.State.REFUSING);
    resetAll();
  }

  /** Bytes pass again. Delay and limit stay. */
  public void heal() {
    boolean resets = isCut();
    Set<Link> seen = Set.copyOf(links);
    turn(Line.State.PASSING);
    if (resets) {
      seen.forEach(Link::reset);
    }
  }

  /**
   * From now on every byte is so long on its way, in each direction.
   *
   * @param millis 0 for no delay
   */
  public void slow(long millis) {
    there.delay(millis * 1_000_000);
    back.delay(millis * 1_000_000);
  }

  /**
   * From now on so much passes in a second, in each direction of each connection.
   *
   * @param bytesPerSecond 0 for no limit
   */
  public void limit(long bytesPerSecond) {
    there.limit(bytesPerSecond);
    back.limit(bytesPerSecond);
  }

  private void resetAll() {
    Set.copyOf(links).forEach(Link::reset);
  }

  /**
   * Resets all connections and takes no new ones: to both ends it looks as if the other process had
   * died.
   */
  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
    } catch (IOException alreadyGone) {
      // Nothing is left to be closed.
    }
    // Who waits for what is held need not wait any more.
    turn(Line.State.REFUSING);
    resetAll();
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException alreadyGone) {
      // Closed it must be all the same.
    }
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      // Nothing is left to be closed.
    }
  }
}

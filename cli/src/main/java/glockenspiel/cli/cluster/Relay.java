package glockenspiel.cli.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A stretch of network between a node and a service: passes bytes on, until it is cut. While it is
 * cut nothing passes, and neither end is told, as when a switch fails. When it is healed,
 * connections that have seen the cut are reset, as TCP would give them up in the end.
 */
public final class Relay implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;

  /** One connection from end to end. */
  private final class Link {
    private final Socket near;
    private final Socket far;

    Link(Socket near, Socket far) {
      this.near = near;
      this.far = far;
    }

    void pass(Socket from, Socket to) {
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          if (isCut()) {
            // What was on its way is lost, and both ends keep waiting until the cut is healed.
            return;
          }
          Thread.sleep(slowMillis);
          out.write(buffer, 0, count);
        }
      } catch (IOException broken) {
        // One end has gone: so must the other.
      } catch (InterruptedException impossible) {
        Thread.currentThread().interrupt();
      }
      if (!isCut()) {
        reset();
      }
    }

    void reset() {
      links.remove(this);
      close(near);
      close(far);
    }
  }

  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;
  private volatile long slowMillis;
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
        connect(listener.accept());
      } catch (IOException refused) {
        // The listener was closed, or the service has gone: whoever connected sees its connection
        // end.
      }
    }
  }

  private void connect(Socket near) throws IOException {
    Socket far = new Socket();
    Link link = new Link(near, far);
    try {
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      links.add(link);
      if (isCut()) {
        return;
      }
      far.connect(target);
    } catch (IOException failed) {
      link.reset();
      throw failed;
    }
    Thread.ofVirtual().name("relay-out").start(() -> link.pass(near, far));
    Thread.ofVirtual().name("relay-in").start(() -> link.pass(far, near));
    if (closed) {
      link.reset();
    }
  }

  private boolean isCut() {
    return cut;
  }

  /**
   * From now on each piece of up to 64 KiB takes so long, in either direction.
   *
   * @param millis 0 for no delay
   */
  public void slow(long millis) {
    slowMillis = millis;
  }

  /** From now on nothing passes, and nobody is told. */
  public void cut() {
    cut = true;
  }

  /** New connections pass again; those that have seen the cut are reset. */
  public void heal() {
    if (cut) {
      Set<Link> seen = Set.copyOf(links);
      cut = false;
      seen.forEach(Link::reset);
    }
  }

  /**
   * Resets all connections and takes no new ones: to both ends it looks as if the other process had
   * died.
   */
  @Override
  public void close() {
    closed = true;
    close(listener);
    Set.copyOf(links).forEach(Link::reset);
  }

  private static void close(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception alreadyGone) {
      // Nothing is left to be closed.
    }
  }
}

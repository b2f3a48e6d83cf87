package glockenspiel.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

class RelayTest {
  private static final int SILENCE_MILLIS = 50;
  private static final int DELAY_MILLIS = 30;
  private static final int MANY = 100;

  private final InetAddress here = InetAddress.getLoopbackAddress();

  private static void echo(ServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Thread.startVirtualThread(
            () -> {
              try (client) {
                client.getInputStream().transferTo(client.getOutputStream());
              } catch (IOException broken) {
                // That is what a relay does.
              }
            });
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static int echo(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
    return socket.getInputStream().read();
  }

  @Test
  void passesBytesUntilItIsCutAndForgetsWhatHasSeenTheCut() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, here);
        Socket after = new Socket()) {
      Thread.startVirtualThread(() -> echo(server));
      try (Relay relay = Relay.to(server.getLocalPort());
          Socket before = new Socket(here, relay.port())) {
        assertEquals(7, echo(before, 7));

        relay.cut();
        before.setSoTimeout(SILENCE_MILLIS);
        assertThrows(SocketTimeoutException.class, () -> echo(before, 8), "nobody is told");
        try (Socket during = new Socket(here, relay.port())) {
          during.setSoTimeout(SILENCE_MILLIS);
          assertThrows(SocketTimeoutException.class, () -> echo(during, 9));

          relay.heal();
          before.setSoTimeout(0);
          assertEquals(-1, readOrEnd(before), "the old connection is gone");
          assertEquals(-1, readOrEnd(during));
        }
        after.connect(new InetSocketAddress(here, relay.port()));
        assertEquals(10, echo(after, 10));
      }
      assertEquals(-1, readOrEnd(after), "nothing passes a relay that was closed");
    }
  }

  @Test
  void whatIsCutInOneDirectionStillPassesInTheOther() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, here);
        Relay relay = Relay.to(server.getLocalPort())) {
      try (Socket near = new Socket(here, relay.port());
          Socket far = server.accept()) {
        relay.cutThere();
        assertPassesOnly(far, near);
        relay.heal();
        assertEquals(-1, readOrEnd(near), "the connection is gone");
      }
      try (Socket near = new Socket(here, relay.port());
          Socket far = server.accept()) {
        relay.cutBack();
        assertPassesOnly(near, far);
      }
    }
  }

  private static void assertPassesOnly(Socket from, Socket to) throws IOException {
    from.getOutputStream().write(3);
    assertEquals(3, to.getInputStream().read());
    to.getOutputStream().write(4);
    from.setSoTimeout(SILENCE_MILLIS);
    assertThrows(SocketTimeoutException.class, () -> from.getInputStream().read());
    from.setSoTimeout(0);
  }

  @Test
  void whatWasHeldArrivesLate() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, here)) {
      Thread.startVirtualThread(() -> echo(server));
      try (Relay relay = Relay.to(server.getLocalPort());
          Socket socket = new Socket(here, relay.port())) {
        assertEquals(1, echo(socket, 1));

        relay.hold();
        socket.setSoTimeout(SILENCE_MILLIS);
        assertThrows(SocketTimeoutException.class, () -> echo(socket, 2));

        relay.heal();
        socket.setSoTimeout(0);
        assertEquals(2, socket.getInputStream().read());
        assertEquals(3, echo(socket, 3));
      }
    }
  }

  @Test
  void whoIsRefusedIsToldAtOnce() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, here)) {
      Thread.startVirtualThread(() -> echo(server));
      try (Relay relay = Relay.to(server.getLocalPort());
          Socket before = new Socket(here, relay.port())) {
        assertEquals(1, echo(before, 1));

        relay.refuse();
        assertEquals(-1, readOrEnd(before));
        try (Socket during = new Socket(here, relay.port())) {
          assertEquals(-1, readOrEnd(during));
        }
        relay.heal();
        try (Socket after = new Socket(here, relay.port())) {
          assertEquals(2, echo(after, 2));
        }
      }
    }
  }

  @Test
  void aDelayHoldsUpEveryByteInBothDirectionsButNotTheRate() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, here)) {
      Thread.startVirtualThread(() -> echo(server));
      try (Relay relay = Relay.to(server.getLocalPort());
          Socket socket = new Socket(here, relay.port())) {
        relay.slow(DELAY_MILLIS);
        long start = System.nanoTime();
        for (int value = 0; value < MANY; value++) {
          socket.getOutputStream().write(value);
        }
        assertEquals(MANY, socket.getInputStream().readNBytes(MANY).length);
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis >= 2 * DELAY_MILLIS, () -> millis + " ms");
        assertTrue(millis < MANY * DELAY_MILLIS, () -> millis + " ms");
      }
    }
  }

  @Test
  void aLimitMakesManyBytesSlow() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, here)) {
      Thread.startVirtualThread(() -> echo(server));
      try (Relay relay = Relay.to(server.getLocalPort());
          Socket socket = new Socket(here, relay.port())) {
        relay.limit(10 * MANY);
        long start = System.nanoTime();
        socket.getOutputStream().write(new byte[MANY]);
        assertEquals(MANY, socket.getInputStream().readNBytes(MANY).length);
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis >= 100, () -> millis + " ms");
      }
    }
  }

  /** The end of a stream, or a reset, which is one too. */
  private static int readOrEnd(Socket socket) {
    try {
      return socket.getInputStream().read();
    } catch (IOException reset) {
      return -1;
    }
  }
}

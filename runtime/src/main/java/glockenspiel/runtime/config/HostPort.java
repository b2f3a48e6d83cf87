package glockenspiel.runtime.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where to listen, or whom to call.
 *
 * @param host a name or address, without brackets; empty for all addresses of this machine
 * @param port 0 to 65535; 0 takes any free one
 */
public record HostPort(String host, int port) {
  private static final Pattern FORM = Pattern.compile("(?:\\[([^\\]]+)]|([^:]*)):(\\d{1,5})");
  private static final int PORT_MAX = 65_535;

  /**
   * Reads {@code host:port}, {@code [ipv6]:port} or {@code :port}; empty when it is none of these.
   */
  public static Optional<HostPort> parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(matcher.group(3));
    if (port > PORT_MAX) {
      return Optional.empty();
    }
    String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    return Optional.of(new HostPort(host, port));
  }

  /**
   * The address to listen on.
   *
   * @throws UnknownHostException when the name is not known
   */
  public InetSocketAddress address() throws UnknownHostException {
    return host.isEmpty()
        ? new InetSocketAddress(port)
        : new InetSocketAddress(InetAddress.getAllByName(host)[0], port);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}

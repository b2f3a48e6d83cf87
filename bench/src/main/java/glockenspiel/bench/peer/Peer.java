package glockenspiel.bench.peer;

import java.io.IOException;
import java.nio.file.Path;

/** A lock service with a way to use it. */
interface Peer {
  /** What people call it. */
  String name();

  /** The program that is started. */
  Path program();

  /** The Debian package that brings it. */
  String debianPackage();

  /** How it is run and used. */
  String settings();

  /** Whether a lane that waits is told when the lock is free. */
  boolean handsOver();

  /** Starts a server on a free port of 127.0.0.1, with its files in an empty folder. */
  PeerServer start(Path folder) throws IOException, InterruptedException;

  /** A new client of that server. */
  PeerClient connect(PeerServer server) throws IOException, InterruptedException;
}

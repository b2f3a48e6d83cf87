package glockenspiel.simulation.fault;

import glockenspiel.simulation.network.Network;
import glockenspiel.simulation.process.JournalServiceProcess;
import glockenspiel.simulation.process.LockManagerProcess;
import glockenspiel.simulation.process.NodeProcess;
import glockenspiel.simulation.process.SharedDisk;

/** What faults can be done to. */
public interface FaultTargets {
  /** How many nodes there are. */
  int nodes();

  /** The present life of a node. */
  NodeProcess node(int index);

  /** Has a node leave in order, and mount again. */
  void remount(int index);

  /** The network. */
  Network network();

  /** The disk. */
  SharedDisk disk();

  /** The present life of the lock-manager, or its last one. */
  LockManagerProcess lockManager();

  /** The present life of the journal-service, or its last one. */
  JournalServiceProcess journalService();

  /** Kills the lock-manager. */
  void crashLockManager();

  /** Starts it again, if it is dead. */
  void restartLockManager();

  /** Lets the journal-service's machine lose power. */
  void crashJournalService();

  /** Starts it again, if it is dead. */
  void restartJournalService();

  /** Starts a dead node again; it will be mounted. */
  void restartNode(int index);
}

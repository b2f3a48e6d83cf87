package glockenspiel.simulation.fault;

/** What can go wrong in a simulated cluster, besides the everyday trouble of its network. */
public enum FaultKind {
  /** Writes into one node's journal fail. */
  JOURNAL_WRITE_ERROR,
  /** Some write fails, wherever it goes. */
  WRITE_ERROR,
  /** Some write fails half done. */
  TORN_WRITE,
  /** Some read fails. */
  READ_ERROR,
  /** A sync of the device fails; the journal-service is restarted after that. */
  SYNC_ERROR,
  /** The device does nothing for a while. */
  DEVICE_STALL,
  /** An operator lets a node withdraw. */
  WITHDRAW,
  /** An operator lets several nodes withdraw at once, and perhaps again soon after. */
  WITHDRAW_STORM,
  /** An operator has the lock-manager give a node up. */
  EVICT,
  /** An operator unmounts a node in order, and mounts it again. */
  REMOUNT,
  /** An operator unmounts and mounts nodes again and again. */
  MOUNT_CHURN,
  /** An operator freezes the volume, and thaws it after a while. */
  FREEZE,
  /** A node's process is killed. */
  NODE_CRASH,
  /** A node's machine is gone. */
  MACHINE_CRASH,
  /** A node stands still, perhaps for longer than its lease. */
  NODE_HANG,
  /** A process is killed just when something happens to it, or to somebody else. */
  AIMED_CRASH,
  /** All processes are killed at once. */
  CRASH_OF_ALL,
  /** A node is cut off from the lock-manager, perhaps in one direction. */
  PARTITION_LOCK_MANAGER,
  /** A node is cut off from the journal-service, perhaps in one direction. */
  PARTITION_JOURNAL_SERVICE,
  /** A node is cut off from both, perhaps in one direction. */
  PARTITION_BOTH,
  /** A node's connections break. */
  BROKEN_STREAM,
  /** The lock-manager is killed, and started again. */
  LOCK_MANAGER_CRASH,
  /** The lock-manager stands still. */
  LOCK_MANAGER_HANG,
  /** The journal-service stands still. */
  JOURNAL_SERVICE_HANG,
  /** The journal-service's machine loses power, and comes back. */
  JOURNAL_SERVICE_CRASH
}

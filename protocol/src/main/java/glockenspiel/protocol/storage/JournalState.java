package glockenspiel.protocol.storage;

/** The state of a journal, from its head. */
public enum JournalState {
  /** The head is a clean (unmount) header: there is nothing to replay. */
  CLEAN,
  /** There may be something to replay: the owner lives, or has died. */
  DIRTY,
  /** It cannot be replayed. */
  CORRUPT
}

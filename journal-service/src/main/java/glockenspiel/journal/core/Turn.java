package glockenspiel.journal.core;

import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.Signal;

/**
 * Lets one task at a time through: opening, closing and replaying one journal exclude each other.
 */
final class Turn {
  private final Signal released;
  private boolean taken;

  Turn(SerialOwner owner) {
    this.released = new Signal(owner);
  }

  /** Waits until nobody has the turn, and takes it. Only inside a task. */
  void take() {
    while (taken) {
      released.await();
    }
    taken = true;
  }

  /** Gives it back. */
  void release() {
    taken = false;
    released.raise();
  }
}

package glockenspiel.runtime.task;

import org.jspecify.annotations.Nullable;

/**
 * Wakes the tasks that wait for something to change. It remembers nothing: who waits looks first,
 * and looks again when woken. Belongs to one owner; nothing can be missed between the look and the
 * wait, because nothing else of the owner runs there.
 */
public final class Signal {
  private final SerialOwner owner;
  private @Nullable Promise<Boolean> raised;

  /** A signal for tasks of this owner. */
  public Signal(SerialOwner owner) {
    this.owner = owner;
  }

  /** Wakes all tasks that wait now. */
  public void raise() {
    Promise<Boolean> waiting = raised;
    raised = null;
    if (waiting != null) {
      waiting.complete(true);
    }
  }

  /** Waits until it is raised. Only inside a task. */
  public void await() {
    owner.await(waiting());
  }

  /**
   * Waits until it is raised, or for this long. Only inside a task.
   *
   * @return false when the time was over first
   */
  public boolean await(long nanos) {
    Promise<Boolean> either = new Promise<>();
    waiting().whenDone((value, failure) -> either.complete(true));
    SerialOwner.Timer timer = owner.after(nanos, () -> either.complete(false));
    try {
      return owner.await(either);
    } finally {
      timer.cancel();
    }
  }

  private Promise<Boolean> waiting() {
    Promise<Boolean> waiting = raised;
    if (waiting == null) {
      waiting = new Promise<>();
      raised = waiting;
    }
    return waiting;
  }
}

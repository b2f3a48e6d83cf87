package glockenspiel.runtime.task;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Wakes the tasks that wait for something to change. It remembers nothing: who waits looks first,
 * and looks again when woken. Belongs to one owner; nothing can be missed between the look and the
 * wait, because nothing else of the owner runs there.
 */
public final class Signal {
  private final SerialOwner owner;
  private final Set<Promise<Boolean>> waiting = new LinkedHashSet<>();

  /** A signal for tasks of this owner. */
  public Signal(SerialOwner owner) {
    this.owner = owner;
  }

  /** Wakes all tasks that wait now, in the order in which they came. */
  public void raise() {
    if (!waiting.isEmpty()) {
      List<Promise<Boolean>> woken = new ArrayList<>(waiting);
      waiting.clear();
      woken.forEach(promise -> promise.complete(true));
    }
  }

  /** Waits until it is raised. Only inside a task. */
  public void await() {
    Promise<Boolean> woken = new Promise<>();
    waiting.add(woken);
    owner.await(woken);
  }

  /**
   * Waits until it is raised, or for this long. Only inside a task.
   *
   * @return false when the time was over first
   */
  public boolean await(long nanos) {
    Promise<Boolean> woken = new Promise<>();
    waiting.add(woken);
    SerialOwner.Timer timer = owner.after(nanos, () -> woken.complete(false));
    try {
      return owner.await(woken);
    } finally {
      timer.cancel();
      waiting.remove(woken);
    }
  }
}

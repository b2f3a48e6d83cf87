package glockenspiel.journal.device;

import glockenspiel.runtime.task.Promise;
import org.jspecify.annotations.Nullable;

/**
 * The little that a volume must remember beside its image: fencing epochs, who has them open, and a
 * statfs fold that was begun. GFS2's format has no room for it, and nothing is added to that.
 *
 * <p>Calls return at once; promises are completed on the owner that the store was made for, and
 * fail with {@link glockenspiel.protocol.storage.StorageException} {@code IO_ERROR}. The caller has
 * at most one save under way.
 */
public interface EpochStore {
  /**
   * The state that was saved last. Where none was ever saved it is {@link VolumeState#fresh} one,
   * whose first epoch no earlier life of the volume can have given out. A state that is damaged is
   * a failure that says where it is and what to do; it never becomes a fresh one by itself, because
   * an epoch that is given out twice lets a fenced node write again (rule 3).
   */
  Promise<VolumeState> load();

  /**
   * Replaces the state. When the promise is done the new state survives any crash; until then a
   * crash leaves the old one or the new one, whole.
   */
  Promise<@Nullable Void> save(VolumeState state);
}

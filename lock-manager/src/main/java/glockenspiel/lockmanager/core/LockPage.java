package glockenspiel.lockmanager.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the locks of a lockspace, as they were at one moment.
 *
 * @param locks what was found; may be none although there is more
 * @param next where to go on; null at the end
 */
public record LockPage(List<LockInfo> locks, @Nullable LockCursor next) {}

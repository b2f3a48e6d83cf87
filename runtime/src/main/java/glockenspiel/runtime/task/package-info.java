/**
 * The serial owner and its await seam: everything of one lockspace, volume or node runs on one
 * owner, one piece at a time. Every room may call in; it imports nothing but the JDK. The rules for
 * code that runs on an owner stand at {@link glockenspiel.runtime.task.SerialOwner}.
 */
@NullMarked
package glockenspiel.runtime.task;

import org.jspecify.annotations.NullMarked;

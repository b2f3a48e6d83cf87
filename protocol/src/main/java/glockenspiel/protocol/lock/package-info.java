/**
 * The words between a node and the lock-manager: modes, glock names, requests and answers, session
 * messages. Pure values; both ends call in; it imports nothing of the project.
 */
@NullMarked
package glockenspiel.protocol.lock;

import org.jspecify.annotations.NullMarked;

/**
 * Explicit state machines and always-on invariants. Every room may call in; it imports nothing but
 * the JDK.
 */
@NullMarked
package glockenspiel.runtime.state;

import org.jspecify.annotations.NullMarked;

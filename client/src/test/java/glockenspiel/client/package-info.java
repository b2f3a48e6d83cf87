/** Tests of the client against a lock-manager in the same process. */
@NullMarked
package glockenspiel.client;

import org.jspecify.annotations.NullMarked;

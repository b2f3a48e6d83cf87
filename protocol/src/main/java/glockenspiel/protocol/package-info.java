/**
 * The words that the rooms say to each other. Both ends of each conversation call in; it imports
 * the runtime and the protos.
 */
@NullMarked
package glockenspiel.protocol;

import org.jspecify.annotations.NullMarked;

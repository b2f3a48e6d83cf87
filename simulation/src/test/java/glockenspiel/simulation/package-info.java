@NullMarked
package glockenspiel.simulation;

import org.jspecify.annotations.NullMarked;

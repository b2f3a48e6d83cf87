/**
 * The configuration of a service, from flags, environment and one file. Only {@code app} packages
 * and the command call in; it imports nothing of the project.
 */
@NullMarked
package glockenspiel.runtime.config;

import org.jspecify.annotations.NullMarked;

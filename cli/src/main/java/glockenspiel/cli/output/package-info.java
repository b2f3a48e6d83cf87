/**
 * How commands answer: tables, JSON and YAML on stdout, one clear line on stderr for a failure, and
 * the exit codes that scripts depend on. Every command of the CLI calls in.
 */
@NullMarked
package glockenspiel.cli.output;

import org.jspecify.annotations.NullMarked;

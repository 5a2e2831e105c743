package org.stoq.sdk.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Everything there is to know about one key of a table, on the record component that holds its
 * value.
 *
 * <p>The key's name is the component's in snake_case, its type is the component's: {@code int},
 * {@code long}, {@code boolean}, {@link String}, {@link java.time.Duration}, {@link ByteSize},
 * {@link HostPort}, {@link java.nio.file.Path}, a {@link java.util.List} of String or HostPort, or
 * an {@link java.util.Optional} of any of them that is no list.
 */
@Documented
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Key {
    /** One sentence for the operator: what the value does. */
    String doc();

    /**
     * The default as it would be typed on a command line, such as {@code 30}, {@code 10GB} or
     * {@code cubic}; elements of a list are separated by commas. Empty means an empty text, an
     * empty list or an absent optional value.
     */
    String fallback() default "";

    /** A value to show where the default is empty. */
    String example() default "";

    /** What a bare number counts. */
    Unit unit() default Unit.NONE;

    /** Whether a running node takes a new value over; otherwise it needs a restart. */
    boolean live() default false;

    /**
     * Smallest number, duration or size in {@link #unit}; of an endpoint, its smallest port. An int
     * needs both bounds.
     */
    long min() default Long.MIN_VALUE;

    /** Largest number, duration or size in {@link #unit}; of an endpoint, its largest port. */
    long max() default Long.MAX_VALUE;

    /** The only texts that are possible; none means that there is no such list. */
    String[] oneOf() default {};

    /** Regular expression that a text, or each text of a list, matches as a whole. */
    String pattern() default "(?s).*";

    /** What {@link #pattern} demands, in words. */
    String form() default "";
}

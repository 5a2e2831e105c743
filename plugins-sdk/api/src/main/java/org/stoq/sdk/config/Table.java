package org.stoq.sdk.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The TOML table that a record stands for. */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Table {
    /** The name between the brackets, such as {@code cdn}. */
    String value();

    /** One sentence for the operator: what the table is about. */
    String doc();
}

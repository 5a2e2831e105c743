package org.stoq.cli;

import picocli.CommandLine.Command;

/** {@code stoq ca}: who is believed. */
@Command(
        name = "ca",
        header = "The authority of your own mesh: make it, issue certificates, look at them.",
        description = {
            "It lies in ~/.stoq/ca, or in ca of the folder that STOQ_HOME names. The first stoq"
                    + " node makes one by itself; nodes and operators on other machines need"
                    + " certificates that the same authority has issued."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  stoq ca init --name \"My mesh\"",
            "  stoq ca issue --out ./edge1 --name edge1.example.org",
            "  stoq ca issue --out ./alice --role operator",
            "  stoq ca show"
        },
        subcommands = {
            AuthorityInitCommand.class,
            AuthorityIssueCommand.class,
            AuthorityShowCommand.class
        })
final class AuthorityCommand {}

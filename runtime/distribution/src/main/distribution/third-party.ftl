STOQ is licensed under the Apache License 2.0; see LICENSE.
This distribution also contains the following libraries, unchanged.

<#list dependencyMap as entry>
<#assign library = entry.getKey()/>
${library.name} ${library.version}
    ${library.groupId}:${library.artifactId}
    licence: ${entry.getValue()?join(", ")}
    ${library.url!"no address known"}

</#list>
Some of these contain further code, under licences of its own:

    netty-codec-native-quic   quiche (BSD-2-Clause), BoringSSL (Apache-2.0, OpenSSL, ISC)
    netty-common              JCTools (Apache-2.0)
    jackson-core              FastDoubleParser (MIT)
    zstd-jni                  zstd (BSD-3-Clause)
    lz4-java                  lz4, xxHash (BSD-2-Clause)
    tomlj                     ANTLR 4 runtime (BSD-3-Clause); both are embedded in stoq-config.jar

The jars of Netty, Jackson, Felix and OSGi hold the notices themselves, in META-INF. Those of the others
follow.

zstd-jni (BSD-2-Clause)  Copyright (c) 2015-present, Luben Karavelov. All rights reserved.
lz4, xxHash (BSD-2-Clause)  Copyright (c) Yann Collet. All rights reserved.
zstd (BSD-3-Clause)  Copyright (c) Meta Platforms, Inc. and affiliates. All rights reserved.
ANTLR (BSD-3-Clause)  Copyright (c) 2012-2022 The ANTLR Project. All rights reserved.

    Redistribution and use in source and binary forms, with or without modification, are permitted
    provided that the following conditions are met:

    1. Redistributions of source code must retain the above copyright notice, this list of conditions
       and the following disclaimer.

    2. Redistributions in binary form must reproduce the above copyright notice, this list of
       conditions and the following disclaimer in the documentation and/or other materials provided
       with the distribution.

    3. (BSD-3-Clause only) Neither the name of the copyright holder nor the names of its contributors
       may be used to endorse or promote products derived from this software without specific prior
       written permission.

    THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR
    IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND
    FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR
    CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
    DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
    DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER
    IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT
    OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.

Bouncy Castle (MIT)  Copyright (c) 2000-2026 The Legion of the Bouncy Castle Inc. (https://www.bouncycastle.org)

    Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
    associated documentation files (the "Software"), to deal in the Software without restriction,
    including without limitation the rights to use, copy, modify, merge, publish, distribute,
    sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
    furnished to do so, subject to the following conditions: The above copyright notice and this
    permission notice shall be included in all copies or substantial portions of the Software.

    THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
    NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
    NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
    DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
    OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

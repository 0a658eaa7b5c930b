#!/bin/sh
set -e
cat > /usr/local/bin/hello << EOF
#!/bin/sh
echo "${GREETING:-Hello}, \$(whoami)"
EOF
chmod +x /usr/local/bin/hello

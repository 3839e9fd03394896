<?php
require __DIR__ . '/store.php';
$store = load();
if ($_SERVER['REQUEST_METHOD'] === 'PROPFIND') {
    // The account's top folder, with the id in which the instance is named.
    http_response_code(207);
    header('Content-Type: application/xml; charset=utf-8');
    echo '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:response><d:href>',
        htmlspecialchars(strtok($_SERVER['REQUEST_URI'], '?')), '</d:href><d:propstat><d:prop><oc:id>00000002',
        $store['system']['instanceid'], '</oc:id><oc:fileid>2</oc:fileid><oc:permissions>RGDNVCK</oc:permissions>',
        '<d:quota-available-bytes>-3</d:quota-available-bytes></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>',
        '</d:response></d:multistatus>';
    exit;
}
header('Content-Type: application/json');
echo json_encode(['installed' => $store['installed'], 'maintenance' => $store['maintenance'] ?? false, 'needsDbUpgrade' => false, 'version' => implode('.', $OC_Version), 'versionstring' => $OC_VersionString, 'edition' => '', 'productname' => 'Nextcloud', 'extendedSupport' => false]);

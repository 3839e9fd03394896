<?php
$OC_Version = [33, 0, 7, 1];
$OC_VersionString = '33.0.7';

<?php // nothing to serve
